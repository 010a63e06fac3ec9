"""What a sales team does: calls, visits, chats and notes of the last weeks, in Thai and English."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

SCENES = (
    ("call", "สอบถามราคาสินค้าใหม่", "ส่งใบเสนอราคาทางอีเมลแล้ว"),
    ("call", "ติดตามการจัดส่ง", "แจ้งเลขพัสดุแล้ว"),
    ("chat", "ขอเปลี่ยนสินค้า", "เปลี่ยนสินค้าให้แล้วที่สาขา"),
    ("visit", "เยี่ยมร้านประจำเดือน", "ลูกค้าสั่งเพิ่ม 12 ชิ้น"),
    ("call", "Question about an invoice", "Sent a corrected invoice"),
    ("email", "Asks for a catalogue", "Catalogue sent"),
    ("meeting", "Yearly review", "Agreed on wholesale prices"),
    ("note", "Prefers to be called after 5 pm", None),
)


def interactions(contacts: Sequence[str], team: Sequence[str], seed: int = 1) -> Iterator[dict[str, Any]]:
    """Two for each contact; some wait for a follow-up."""
    random = Random(seed)  # noqa: S311 - the same days each time, not a secret
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for number, contact_id in enumerate([*contacts, *contacts]):
        kind, subject, resolution = random.choice(SCENES)
        occurred_at = today - timedelta(hours=random.randint(2, 24 * 60))
        yield {
            "contact_id": contact_id,
            "kind": kind,
            "direction": "internal" if kind == "note" else random.choice(("inbound", "outbound")),
            "subject": subject,
            "resolution": resolution,
            "duration_s": random.randint(60, 1800) if kind in ("call", "meeting", "visit") else None,
            "responsible_id": random.choice(team),
            "occurred_at": occurred_at.isoformat(),
            "follow_up_at": (today + timedelta(days=random.randint(1, 14))).isoformat() if number % 9 == 0 else None,
        }
