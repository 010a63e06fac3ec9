"""Which contact other systems mean. Set-based.

Whoever stores something under a key that nobody has yet, and the consumer that learns of a contact with that key, must
not miss each other: consumers share a lock of the tenant, the one who stores takes it alone and looks a second time.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Key = tuple[str, str]
"""`system` and the contact's id in it; the system `email` has e-mail addresses in lower case."""

SHARE = text("select pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
ALONE = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
REMOVE = text("delete from known_contact_keys where tenant_id = :tenant_id and contact_id = any(:ids)")
ADD = text("""
insert into known_contact_keys (tenant_id, system, ref, contact_id)
select :tenant_id, system, ref, contact_id
from unnest(cast(:systems as text[]), cast(:refs as text[]), cast(:owners as uuid[])) as new (system, ref, contact_id)
on conflict do nothing
""")
OF_CONTACTS = text("""
select key.system, key.ref, key.contact_id from unnest(cast(:ids as uuid[])) as wanted (id)
cross join lateral (
  select system, ref, contact_id from known_contact_keys
  where tenant_id = :tenant_id and contact_id = wanted.id offset 0
) key
""")
FIND = text("""
select system, ref, contact_id from known_contact_keys
where tenant_id = :tenant_id
and (system, ref) in (select * from unnest(cast(:systems as text[]), cast(:refs as text[])))
order by contact_id desc
""")


async def keep_keys(session: AsyncSession, keys: Mapping[UUID, Sequence[Key]]) -> None:
    """Replaces the keys of these contacts."""
    if not keys:
        return
    tenant_id = session.info["context"].tenant_id
    await session.execute(REMOVE, {"tenant_id": tenant_id, "ids": list(keys)})
    owned = [(system, ref, contact_id) for contact_id, own in keys.items() for system, ref in own]
    if owned:
        systems, refs, owners = zip(*owned, strict=True)
        given = {"tenant_id": tenant_id, "systems": systems, "refs": refs, "owners": owners}
        await session.execute(ADD, given)


async def keys_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> dict[UUID, list[Key]]:
    given = {"tenant_id": session.info["context"].tenant_id, "ids": list(contact_ids)}
    found: dict[UUID, list[Key]] = {}
    for row in await session.execute(OF_CONTACTS, given):
        found.setdefault(row.contact_id, []).append((row.system, row.ref))
    return found


async def share_keys(session: AsyncSession) -> None:
    """Until the transaction ends nobody stores anything under keys that are still unknown."""
    await session.execute(SHARE, {"name": _lock_name(session)})


async def contacts_of(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, UUID]:
    """The contacts of those keys that are known. Of the others none becomes known until the transaction ends."""
    wanted = set(keys)
    found = await _find(session, wanted)
    if len(found) < len(wanted):
        await session.execute(ALONE, {"name": _lock_name(session)})
        found |= await _find(session, wanted - set(found))
    return found


def _lock_name(session: AsyncSession) -> str:
    return f"known_contact_keys/{session.info['context'].tenant_id}"


async def _find(session: AsyncSession, keys: set[Key]) -> dict[Key, UUID]:
    """Of two contacts with one key the older one."""
    if not keys:
        return {}
    systems, refs = zip(*keys, strict=True)
    given = {"tenant_id": session.info["context"].tenant_id, "systems": systems, "refs": refs}
    return {(row.system, row.ref): row.contact_id for row in await session.execute(FIND, given)}
