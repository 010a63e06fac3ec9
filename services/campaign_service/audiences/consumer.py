"""Keeps what campaigns know of contacts."""

from collections.abc import Sequence
from typing import Any, cast

import orjson
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from campaign_service.audiences.events import ContactGone, ContactSeen
from campaign_service.audiences.models import KnownContact
from shared.messaging import Consumer, ProjectionTable, newest_per_key

contacts = Consumer("campaign_contacts", tables=[ProjectionTable("known_contacts")])

TABLE = cast("Table", KnownContact.__table__)
COLUMNS = [column.name for column in TABLE.columns]
REMEMBER = text(f"""
insert into known_contacts ({", ".join(COLUMNS)})
select {", ".join(COLUMNS)} from jsonb_populate_recordset(cast(null as known_contacts), cast(:rows as jsonb))
order by id
on conflict (tenant_id, id) do update set {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])}
where known_contacts.version < excluded.version
""")  # noqa: S608 - our own columns


@contacts.on(ContactSeen, ContactGone)
async def remember_contacts(session: AsyncSession, events: Sequence[ContactSeen | ContactGone]) -> None:
    """Keeps the newest version seen of each contact, in whatever order events arrive."""
    rows = [_row(event) for event in newest_per_key(events)]
    await session.execute(REMEMBER, {"rows": orjson.dumps(rows).decode()})


def _row(event: ContactSeen | ContactGone) -> dict[str, Any]:
    return {"tenant_id": event.envelope.tenant_id, **event.row()}
