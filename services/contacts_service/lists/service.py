"""Commands on lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.lists.events import ListCreated, ListDeleted, ListUpdated
from contacts_service.lists.members import Changed, change_members, tell_members
from contacts_service.lists.models import (
    ContactList,
    ListNotFound,
    NotYourList,
    PersonalListStays,
)
from contacts_service.lists.models import (
    ListDeleted as ListIsDeleted,
)
from contacts_service.lists.sets import Operator, combine
from contacts_service.lists.sight import sees
from shared import operations
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.versions import check_version
from shared.messaging.outbox import stage
from shared.operations import Operation

CHANGE_MEMBERS = "change_list_members"
PERSONAL = "รายชื่อของฉัน / My contacts"


async def create_list(session: AsyncSession, given: Mapping[str, Any]) -> ContactList:
    record = ContactList(**given, owner_id=session.info["context"].actor_id)
    session.add(record)
    await session.flush()
    stage(session, ListCreated.of(record))
    return record


async def personal_list(session: AsyncSession) -> ContactList:
    """The caller's address book; made at the first time."""
    context = session.info["context"]
    await lock_name(session, "personal list", str(context.actor_id))
    query = select(ContactList).where(
        ContactList.tenant_id == context.tenant_id,
        ContactList.owner_id == context.actor_id,
        ContactList.is_personal,
        ContactList.deleted_at.is_(None),
    )
    return await session.scalar(query) or await create_list(session, {"name": PERSONAL, "is_personal": True})


async def update_list(
    session: AsyncSession, list_id: UUID, given: Mapping[str, Any], *, manages: bool, if_version: int | None = None
) -> ContactList:
    """A merge patch. Raises ListNotFound, ListDeleted, NotYourList, VersionMismatch."""
    record = await _lock_own(session, list_id, manages=manages)
    check_version(record.version, if_version)
    changed = [name for name, value in given.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, given[name])
    if changed:
        await session.flush()
        stage(session, ListUpdated.of(record))
    return record


async def delete_list(session: AsyncSession, list_id: UUID, *, manages: bool, if_version: int | None = None) -> None:
    """Its contacts stay. Raises ListNotFound, ListDeleted, NotYourList, PersonalListStays, VersionMismatch."""
    record = await _lock_own(session, list_id, manages=manages)
    check_version(record.version, if_version)
    if record.is_personal:
        raise PersonalListStays("An address book stays with its owner. Take the contacts out of it instead.")
    record.deleted_at = now()
    await session.flush()
    stage(session, ListDeleted.of(record))


async def change_list(session: AsyncSession, list_id: UUID, *, add: Sequence[UUID], remove: Sequence[UUID]) -> Changed:
    """Raises ListNotFound, ListDeleted."""
    await get_seen(session, list_id)
    return await change_members(session, list_id, add=add, remove=remove)


async def change_by_search(session: AsyncSession, list_id: UUID, search: Mapping[str, Any]) -> Operation:
    """Raises ListNotFound, ListDeleted."""
    await get_seen(session, list_id)
    return await operations.start(session, CHANGE_MEMBERS, {"list_id": str(list_id), "search": dict(search)})


async def combine_lists(
    session: AsyncSession, name: str, operator: Operator, lists: Sequence[UUID], **more: Any
) -> ContactList:
    """A new list of the caller's. Raises ListNotFound, ListDeleted."""
    differing = list(dict.fromkeys(lists))
    for list_id in differing:
        await get_seen(session, list_id)
    record = await create_list(session, {"name": name, **more})
    await tell_members(session, record.id, Changed(added=await combine(session, record.id, operator, differing)))
    return record


async def copy_list(session: AsyncSession, list_id: UUID, name: str) -> ContactList:
    """Raises ListNotFound, ListDeleted."""
    original = await get_seen(session, list_id)
    return await combine_lists(session, name, Operator.UNION, [list_id], description=original.description)


async def get_seen(session: AsyncSession, list_id: UUID, *, lock: bool = False) -> ContactList:
    """One that the caller sees. Raises ListNotFound, ListDeleted."""
    context = session.info["context"]
    query = select(ContactList).where(ContactList.tenant_id == context.tenant_id, ContactList.id == list_id)
    record = await session.scalar(query.with_for_update() if lock else query)
    if record is None or not sees(record, context.actor_id):
        raise ListNotFound(f"There is no list {list_id}.")
    if record.deleted_at is not None:
        raise ListIsDeleted(f"List {list_id} was deleted.")
    return record


async def _lock_own(session: AsyncSession, list_id: UUID, *, manages: bool) -> ContactList:
    """Who `manages` contacts changes every list that they see."""
    record = await get_seen(session, list_id, lock=True)
    if record.owner_id != session.info["context"].actor_id and not manages:
        raise NotYourList("Only its owner, or a manager, changes this list. Copy it to change it.")
    return record
