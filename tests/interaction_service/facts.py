"""Events of contacts on their way into the service under test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from interaction_service.orders.consumer import consumer
from shared.db import Database
from shared.db.record import now
from shared.ids import new_id
from shared.messaging.consumer import apply, parse
from shared.messaging.message import Message
from shared.testing.tenants import Tenant

STAGED = text("select type, key, body from outbox where tenant_id = :tenant_id order by id")


def baht(amount: str) -> dict[str, str]:
    """Money as the API has it."""
    return {"amount": amount, "currency": "THB"}


@dataclass(frozen=True, slots=True)
class Facts:
    database: Database
    tenant: Tenant

    async def contact(self, contact_id: UUID, version: int = 1, *, what: str = "created", **fields: Any) -> Message:
        message = self.message(contact_id, version, what=what, **fields)
        await self.dispatch([message])
        return message

    def message(self, contact_id: UUID, version: int = 1, *, what: str = "created", **fields: Any) -> Message:
        body = {
            "contact_id": str(contact_id), "version": version, "full_name": "สมชาย ใจดี", "emails": [], "phones": [],
            "owner_id": None, "external_ids": [], "nickname": "not read here", **fields,
        }  # fmt: skip
        return Message(
            tenant_id=self.tenant.id,
            key=str(contact_id),
            event_id=new_id(),
            type=f"contacts.contact.{what}.v1",
            subject=str(contact_id),
            version=version,
            time=now(),
            headers="{}",
            body=orjson.dumps(body).decode(),
        )

    async def dispatch(self, messages: Sequence[Message]) -> None:
        """One batch of the consumer, in one transaction."""
        async with self.database.transaction(self.tenant.context) as session:
            await apply(consumer, session, [parse(consumer, offset, each) for offset, each in enumerate(messages)])

    async def staged(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Type, key and body of the tenant's committed events, in order."""
        async with self.tenant.system.transaction() as session:
            rows = await session.execute(STAGED, {"tenant_id": self.tenant.id})
            return [(row.type, row.key, row.body) for row in rows]
