"""Commands on tags: the registry at once, the contacts by an operation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import TAG, ContactKey
from contacts_service.contacts.tag_names import tag_key
from contacts_service.tags.events import TagCreated, TagDeleted, TagUpdated
from contacts_service.tags.models import SameTag, Tag, TagExists, TagNotFound
from shared import operations
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.messaging.outbox import stage
from shared.operations import Operation

RETAG = "retag_contacts"


async def create_tag(session: AsyncSession, given: Mapping[str, Any]) -> Tag:
    """Raises TagExists."""
    tag = Tag(**given, key=tag_key(given["name"]), owner_id=session.info["context"].actor_id)
    session.add(tag)
    await _flush(session, tag.name)
    stage(session, TagCreated.of(tag))
    return tag


async def update_tag(
    session: AsyncSession, tag_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Tag:
    """Raises TagNotFound, VersionMismatch."""
    tag = await lock_tag(session, tag_id)
    check_version(tag.version, if_version)
    changed = [name for name, value in given.items() if getattr(tag, name) != value]
    for name in changed:
        setattr(tag, name, given[name])
    if changed:
        await session.flush()
        stage(session, TagUpdated.of(tag))
    return tag


async def rename_tag(session: AsyncSession, tag_id: UUID, name: str) -> Operation:
    """Raises TagNotFound; TagExists if another tag has the name: `merge_tags` unites the two."""
    tag = await lock_tag(session, tag_id)
    old_key, tag.name, tag.key = tag.key, name, tag_key(name)
    await _flush(session, name)
    stage(session, TagUpdated.of(tag))
    return await _retag(session, old_key, name)


async def merge_tags(session: AsyncSession, tag_id: UUID, other_id: UUID) -> Operation:
    """The other one becomes a part of this one. Raises TagNotFound, SameTag."""
    kept = await lock_tag(session, tag_id)
    if tag_id == other_id:
        detail = "A tag cannot be merged into itself. Name another one."
        raise SameTag(detail, errors=[FieldError("same_tag", detail, pointer="/tag_id")])
    gone = await lock_tag(session, other_id)
    await _delete(session, gone)
    return await _retag(session, gone.key, kept.name)


async def delete_tag(session: AsyncSession, tag_id: UUID, *, if_version: int | None = None) -> Operation:
    """Raises TagNotFound, VersionMismatch."""
    tag = await lock_tag(session, tag_id)
    check_version(tag.version, if_version)
    await _delete(session, tag)
    return await _retag(session, tag.key, None)


async def lock_tag(session: AsyncSession, tag_id: UUID) -> Tag:
    tenant_id = session.info["context"].tenant_id
    query = select(Tag).where(Tag.tenant_id == tenant_id, Tag.id == tag_id, Tag.deleted_at.is_(None))
    tag = await session.scalar(query.with_for_update())
    if tag is None:
        raise TagNotFound(f"There is no tag {tag_id}.")
    return tag


async def count_contacts(session: AsyncSession, tag: Tag) -> int:
    query = select(func.count()).where(
        ContactKey.tenant_id == tag.tenant_id, ContactKey.kind == TAG, ContactKey.value == tag.key
    )
    return await session.scalar(query) or 0


async def _delete(session: AsyncSession, tag: Tag) -> None:
    tag.deleted_at = now()
    await session.flush()
    stage(session, TagDeleted.of(tag))


async def _retag(session: AsyncSession, key: str, name: str | None) -> Operation:
    return await operations.start(session, RETAG, {"key": key, "name": name})


async def _flush(session: AsyncSession, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        detail = f"There is a tag {name} already. Merge the two, or choose another name."
        raise TagExists(detail, errors=[FieldError("tag_exists", detail, pointer="/name")]) from error
