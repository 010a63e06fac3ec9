"""What the demo's customers agreed to, do not want, and subscribe to. Safe to repeat: it is the same each time."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from deploy.local.demo.api import Api

TEXT = {
    "text_th": "ข้าพเจ้ายินยอมให้ร้านใช้ข้อมูลเพื่อส่งข่าวสารและข้อเสนอพิเศษ และถอนความยินยอมได้ทุกเมื่อ",
    "text_en": "I agree that the shop uses my data to send news and offers. I can withdraw this at any time.",
}
TOPICS = (
    {"key": "offers", "name_th": "โปรโมชันประจำเดือน", "name_en": "Offers of the month", "frequency": "monthly"},
    {"key": "new-arrivals", "name_th": "สินค้าเข้าใหม่", "name_en": "New arrivals", "frequency": "weekly"},
)
GIVEN = ("แบบฟอร์มสมัครสมาชิกหน้าร้าน", "Membership form at the till")
WITHDRAWN = ("ลูกค้าโทรแจ้งไม่รับข่าวสาร", "Asked on the phone to get no more news")
CHANNELS = ("email", "sms", "line", "all")


async def tell_wishes(api: Api) -> None:
    purpose = await api.get("/v1/consent-purposes/marketing")
    if purpose["text_version"] is None:
        await api.send("POST", "/v1/consent-purposes/marketing/texts", TEXT)
    contacts = [each["id"] for each in (await api.get("/v1/contacts?limit=200&fields=id&sort=id"))["data"]]
    await api.send("POST", "/v1/consents/batch", {"rows": list(decisions(contacts))})
    known = {each["key"]: each["id"] for each in (await api.get("/v1/topics"))["data"]}
    for topic in TOPICS:
        topic_id = known.get(topic["key"]) or (await api.send("POST", "/v1/topics", topic))["id"]
        for contact_id in contacts[:10]:
            await api.send("PUT", f"/v1/contacts/{contact_id}/subscriptions/{topic_id}", {"subscribed": True})


def decisions(contacts: Sequence[str], seed: int = 19) -> Iterator[dict[str, Any]]:
    """Of each contact; one of six withdrew later, one of twenty may not be contacted at all."""
    random = Random(seed)  # noqa: S311 - the same wishes each time, not a secret
    for number, contact_id in enumerate(contacts):
        channel, words = random.choice(CHANNELS), number % 2
        given = {"contact_id": contact_id, "purpose": "marketing", "channel": channel, "source": "paper"}
        day = random.randint(1, 28)
        yield {**given, "decision": "given", "occurred_at": f"2026-02-{day:02}T03:00:00Z", "evidence": GIVEN[words]}
        later = {"decision": "withdrawn", "source": "phone", "evidence": WITHDRAWN[words]}
        if number % 6 == 5:
            yield {**given, **later, "occurred_at": f"2026-05-{day:02}T03:00:00Z"}
        if number % 20 == 19:
            closed = {"purpose": "do_not_contact", "channel": "all", "occurred_at": f"2026-06-{day:02}T03:00:00Z"}
            yield {**given, **later, **closed}
