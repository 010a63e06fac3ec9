"""Commands on a tenant's own kinds of relationships, and how a kind is found."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.relationship_kinds.kinds import BY_KEY, Kind, sides
from contacts_service.relationship_kinds.models import (
    KindBuiltIn,
    KindInUse,
    KindNotFound,
    KindTaken,
    RelationshipKind,
    TooManyKinds,
    UnknownKind,
)
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.versions import check_no_record, check_version
from shared.errors import FieldError

MAX_KINDS = 200
IN_USE = text(
    "select exists (select from relationships where tenant_id = :tenant_id and kind = :kind and deleted_at is null)"
)


async def put_kind(
    session: AsyncSession, key: str, values: Mapping[str, Any], *, if_version: int | None = None
) -> RelationshipKind:
    """Makes the kind, or changes it; what it joins and its keys only while there is no such relationship.

    Raises KindBuiltIn, KindTaken, KindInUse, TooManyKinds, VersionMismatch.
    """
    _refuse_built_in(key)
    await lock_name(session, "relationship kinds")
    own = await own_kinds(session)
    kind = next((each for each in own if each.key == key), None)
    _refuse_taken(key, values["inverse_key"], [each for each in own if each is not kind])
    if kind is None:
        check_no_record(if_version)
        if len(own) >= MAX_KINDS:
            raise TooManyKinds(f"There are {MAX_KINDS} kinds. Delete one that you do not need.")
        kind = RelationshipKind(key=key)
        session.add(kind)
    else:
        check_version(kind.version, if_version)
        if (kind.inverse_key, kind.pairs) != (values["inverse_key"], values["pairs"]):
            await _refuse_used(session, kind)
    for name, value in values.items():
        setattr(kind, name, value)
    await session.flush()
    return kind


async def delete_kind(session: AsyncSession, key: str, *, if_version: int | None = None) -> None:
    """Raises KindBuiltIn, KindNotFound, KindInUse, VersionMismatch."""
    _refuse_built_in(key)
    await lock_name(session, "relationship kinds")
    kind = next((each for each in await own_kinds(session) if each.key == key), None)
    if kind is None:
        raise KindNotFound(f"There is no kind of relationship {key!r}.")
    check_version(kind.version, if_version)
    await _refuse_used(session, kind)
    kind.deleted_at = now()
    await session.flush()


async def own_kinds(session: AsyncSession) -> Sequence[RelationshipKind]:
    """Locked against changes by others."""
    query = _own(session).order_by(RelationshipKind.key).with_for_update()
    return (await session.scalars(query)).all()


async def find_kind(session: AsyncSession, key: str) -> Kind:
    """As the side sees it whose other one has this key. Its own kind stays as it is meanwhile. Raises UnknownKind."""
    if key in BY_KEY:
        return BY_KEY[key]
    has_key = or_(RelationshipKind.key == key, RelationshipKind.inverse_key == key)
    kind = await session.scalar(_own(session).where(has_key).with_for_update(read=True))
    if kind is None:
        detail = f"There is no kind of relationship {key!r}. GET /v1/relationship-kinds lists them."
        raise UnknownKind(detail, errors=[FieldError("unknown_relationship_kind", detail, pointer="/kind")])
    return sides(kind.as_kind())[key]


def _own(session: AsyncSession) -> Any:
    tenant_id = session.info["context"].tenant_id
    return select(RelationshipKind).where(
        RelationshipKind.tenant_id == tenant_id, RelationshipKind.deleted_at.is_(None)
    )


def _refuse_built_in(key: str) -> None:
    if key in BY_KEY:
        raise KindBuiltIn(f"{key!r} is a kind that everybody has. Choose another key.")


def _refuse_taken(key: str, inverse_key: str, others: Sequence[RelationshipKind]) -> None:
    taken = {*BY_KEY, *(name for each in others for name in (each.key, each.inverse_key))}
    for name in (key, inverse_key):
        if name in taken:
            raise KindTaken(f"{name!r} is a key of another kind of relationship. Choose another one.")


async def _refuse_used(session: AsyncSession, kind: RelationshipKind) -> None:
    if await session.scalar(IN_USE, {"tenant_id": kind.tenant_id, "kind": kind.key}):
        raise KindInUse(f"There are relationships of the kind {kind.key!r}. Delete them first.")
