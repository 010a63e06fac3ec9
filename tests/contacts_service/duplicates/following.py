"""The consumer at work on the events that the test has made."""

from collections.abc import Sequence
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.duplicates.consumer import consumer
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.tenants import Tenant

STAGED = text("""
select tenant_id, key, event_id, type, subject, version, time, headers::text, body::text from outbox
where tenant_id = :tenant_id and type like 'contacts.contact.%' order by id
""")
TAKE = text("delete from outbox where tenant_id = :tenant_id")


async def follow(tenant: Tenant) -> Sequence[Message]:
    """What a worker does within a second; the events are gone afterwards."""
    async with tenant.system.transaction() as session:
        rows = (await session.execute(STAGED, {"tenant_id": tenant.id})).all()
        await session.execute(TAKE, {"tenant_id": tenant.id})
    messages = [Message(*row) for row in rows]
    if messages:
        await dispatch(consumer, tenant.database, *messages)
    return messages


MALEE = {
    "full_name": "มาลี ใจดี",
    "phone": "0812345678",
    "birthday": {"year": 1990, "month": 4, "day": 13},
}
MALEE_AGAIN = {"full_name": "Malee Jaidee", "phone": "+66 81 234 5678", "birthday": MALEE["birthday"]}
STRANGER = {"full_name": "สมชาย รักเรียน", "phone": "0898765432", "birthday": {"year": 1985, "month": 1, "day": 2}}


async def open_pairs(client: AsyncClient, **params: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/duplicates", params={"status": "open", **params})
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def ids(pair: dict[str, Any]) -> set[str]:
    return {pair["left_id"], pair["right_id"]}
