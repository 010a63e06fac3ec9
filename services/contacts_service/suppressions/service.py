"""Commands on suppressed addresses: set-based, repeatable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.channels import KIND_OF, AddressKind, Channel
from contacts_service.suppressions.models import (
    EVERY_PURPOSE,
    NOBODY,
    Address,
    Digests,
    SuppressedAddress,
    SuppressionNotFound,
)
from shared.db.bulk import document, insert_into
from shared.db.record import now
from shared.db.statement import Statement
from shared.ids import new_id

TABLE = cast("Table", SuppressedAddress.__table__)
COLUMNS = tuple(column.name for column in TABLE.columns)
ADD = Statement(f"{insert_into(TABLE, COLUMNS).text} on conflict do nothing")
OPEN = Statement("""
delete from suppressed_addresses
where tenant_id = :tenant_id and (contact_id, channel) in (
  select * from unnest(cast(:contact_ids as uuid[]), cast(:channels as text[])))
""")
DISOWN = Statement(f"""
with own as (
  delete from suppressed_addresses
  where tenant_id = :tenant_id and contact_id = any(cast(:contact_ids as uuid[])) returning *
)
insert into suppressed_addresses ({", ".join(COLUMNS)})
select {", ".join("cast(:nobody as uuid)" if name == "contact_id" else name for name in COLUMNS)} from own
on conflict do nothing
""")  # noqa: S608 - our own names
ADDRESSES = Statement("""
with owner as (select * from contacts where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])))
select id, 'email' as kind, each ->> 'value' as value from owner, jsonb_array_elements(emails) each
union all select id, 'phone', each ->> 'value' from owner, jsonb_array_elements(phones) each
union all select id, 'line', each ->> 'id' from owner, jsonb_array_elements(external_ids) each
where each ->> 'system' = 'line'
""")
LINE = "line\x1f"
"""How `contact_keys` begins the external ids that LINE gives."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """That nobody uses `address` by `channel`, for a purpose or for any. `contact_id`: whose opt-out it is."""

    address: Address
    channel: str
    purpose: str = EVERY_PURPOSE
    contact_id: UUID = NOBODY
    reason: str | None = None
    source: str = "api"


async def suppress(session: AsyncSession, digests: Digests, wanted: Iterable[Suppression]) -> None:
    """What is suppressed already stays as it is."""
    context = session.info["context"]
    moment = now()
    rows = [
        {
            "tenant_id": context.tenant_id,
            "id": new_id(),
            "kind": each.address[0],
            "digest": digests.of(context.tenant_id, each.address),
            "channel": each.channel,
            "purpose": each.purpose,
            "contact_id": each.contact_id,
            "reason": each.reason,
            "source": each.source,
            "created_at": moment,
            "created_by": context.actor_id,
        }
        for each in wanted
    ]
    if rows:
        await ADD.run(session, {"rows": document(rows)})


async def lift(session: AsyncSession, suppression_id: UUID) -> None:
    """Raises SuppressionNotFound."""
    tenant_id = session.info["context"].tenant_id
    mine = (SuppressedAddress.tenant_id == tenant_id, SuppressedAddress.id == suppression_id)
    gone = await session.execute(delete(SuppressedAddress).where(*mine).returning(SuppressedAddress.id))
    if gone.first() is None:
        raise SuppressionNotFound(f"There is no suppressed address {suppression_id}.")


async def suppress_own(
    session: AsyncSession, digests: Digests, blocked: Mapping[UUID, Sequence[str]], *, source: str
) -> None:
    """The addresses of contacts, by the channels that are blocked for each. Of the other channels they are free again.

    Addresses that a contact had before stay suppressed as long as the channel is blocked.
    """
    opened = [(each, channel.value) for each, closed in blocked.items() for channel in KIND_OF if channel not in closed]
    owners, channels = zip(*opened, strict=True) if opened else ((), ())
    tenant_id = session.info["context"].tenant_id
    await OPEN.run(session, {"tenant_id": tenant_id, "contact_ids": owners, "channels": channels})
    addresses = await addresses_of(session, list(blocked))
    wanted = [
        Suppression(address, channel, contact_id=contact_id, source=source)
        for contact_id, closed in blocked.items()
        for address, channel in reached(addresses.get(contact_id, ()), closed)
    ]
    await suppress(session, digests, wanted)


async def disown(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """What contacts had suppressed stays so, and nothing says any more that it was they."""
    given = {"tenant_id": session.info["context"].tenant_id, "contact_ids": contact_ids, "nobody": NOBODY}
    await DISOWN.run(session, given)


def reached(addresses: Iterable[Address], channels: Sequence[str]) -> Iterator[tuple[Address, str]]:
    """The addresses that each channel uses."""
    for address in addresses:
        for channel in channels:
            if address[0] == KIND_OF.get(Channel(channel)):
                yield address, channel


async def addresses_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> dict[UUID, list[Address]]:
    """Of contacts, deleted ones among them."""
    tenant_id = session.info["context"].tenant_id
    found: dict[UUID, list[Address]] = {}
    for row in await ADDRESSES.run(session, {"tenant_id": tenant_id, "ids": contact_ids}):
        found.setdefault(row["id"], []).append((row["kind"], row["value"]))
    return found


def group_addresses(rows: Iterable[Any]) -> dict[UUID, list[Address]]:
    """By contact, of rows of `contact_keys`."""
    found: dict[UUID, list[Address]] = {}
    for row in rows:
        kind, value = row["kind"], row["value"]
        if kind == "external" and value.startswith(LINE):
            kind, value = AddressKind.LINE.value, value.removeprefix(LINE)
        if kind != "external":
            found.setdefault(row["contact_id"], []).append((kind, value))
    return found
