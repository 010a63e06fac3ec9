"""Reads of everything that happened with one contact.

One ordered list over the tables of interactions and orders: each gives at most a page, newest first, from its own
index on (contact, instant, id); the two are merged. No table of its own has to be kept in step, and a page costs the
same however long the history is.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Numeric,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array

from interaction_service.interactions.models import Direction, Interaction, InteractionKind
from interaction_service.known_contacts.models import KnownContact, Successor
from interaction_service.orders.models import Order
from interaction_service.orders.queries import money_of
from shared.db.record import Instant
from shared.errors import NotFoundError
from shared.query import Page, Query, Reader
from shared.query.cursor import Cursors
from shared.query.successors import members_of, merged

INTERACTIONS, ORDERS, KNOWN = Interaction.__table__, Order.__table__, KnownContact.__table__
SUCCESSORS = Successor.__table__
THIS_CONTACT = bindparam("contact_id", type_=Uuid)
MEMBERS = func.unnest(members_of(SUCCESSORS, array([THIS_CONTACT])), type_=Uuid()).table_valued("id", name="member")
MEMBER = MEMBERS.render_derived()
"""The contact and those that were merged into it. Each gives its own newest, by its own walk along the index."""
COLUMNS: Mapping[str, Any] = {
    "id": Uuid, "type": String, "version": Integer, "occurred_at": Instant, "kind": String, "direction": String,
    "subject": String, "outcome": String, "resolution": String, "duration_s": Integer, "responsible_id": Uuid,
    "follow_up_at": Instant, "follow_up_done_at": Instant, "source": String, "number": String, "status": String,
    "currency": String, "total": JSONB, "returned": JSONB, "quantity": Numeric,
}  # fmt: skip
NOT_SPOKEN = [InteractionKind.NOTE.value]
"""A note is written about a contact, not with one."""


class ContactNotFound(NotFoundError):
    code = "contact_not_found"
    title = ("No such contact", "ไม่พบผู้ติดต่อ")


def _branch(table: Any, own: Mapping[str, Any], moment: Any, *, after: bool, where: Any = None) -> Select[Any]:
    columns = [
        own[name].label(name) if name in own else (table.c[name] if name in table.c else cast(null(), kind)).label(name)
        for name, kind in COLUMNS.items()
    ]
    statement = select(*columns).where(
        table.c.tenant_id == bindparam("tenant_id"),
        table.c.contact_id == MEMBER.c.id,
        table.c.deleted_at.is_(None),
    )
    if where is not None:
        statement = statement.where(where)
    if after:
        key = tuple_(bindparam("after_at", type_=Instant), bindparam("after_id", type_=Uuid))
        statement = statement.where(tuple_(moment, table.c.id) < key)
    return _of_all(statement.order_by(moment.desc(), table.c.id.desc()).limit(bindparam("limit", type_=Integer)))


def _of_all(of_one: Select[Any]) -> Select[Any]:
    """What the statement finds for each member."""
    own = of_one.correlate(MEMBER).lateral()
    return select(own).select_from(MEMBER.join(own, true()))


def _interactions(*, after: bool, kinds: bool) -> Select[Any]:
    wanted = INTERACTIONS.c.kind == bindparam("kinds", type_=ARRAY(String)).any_() if kinds else None
    own = {"type": literal("interaction", String)}
    return _branch(INTERACTIONS, own, INTERACTIONS.c.occurred_at, after=after, where=wanted)


def _orders(*, after: bool) -> Select[Any]:
    own = {
        "type": literal("order", String), "occurred_at": ORDERS.c.placed_at, "total": money_of("total_amount"),
        "returned": money_of("returned_amount"),
    }  # fmt: skip
    return _branch(ORDERS, own, ORDERS.c.placed_at, after=after)


def _merged(branches: Collection[Select[Any]]) -> Query:
    merged: CompoundSelect[Any] = union_all(*(select(branch.subquery()) for branch in branches))
    page = merged.subquery()
    ordered = select(page).order_by(page.c.occurred_at.desc(), page.c.id.desc())
    return Query(ordered.limit(bindparam("limit", type_=Integer)))


def _timeline_query(*, interactions: bool, kinds: bool, orders: bool, after: bool) -> Query:
    branches = [_interactions(after=after, kinds=kinds)] if interactions else []
    return _merged([*branches, *([_orders(after=after)] if orders else [])])


SHAPES = [(True, False, True), (True, True, True), (True, False, False), (True, True, False), (False, False, True)]
TIMELINES = {
    (*shape, after): _timeline_query(interactions=shape[0], kinds=shape[1], orders=shape[2], after=after)
    for shape in SHAPES
    for after in (False, True)
}
LAST_OF_ONE = (
    select(
        INTERACTIONS.c.occurred_at.label("contacted_at"),
        *(INTERACTIONS.c[name] for name in ("kind", "direction", "subject", "outcome", "resolution", "responsible_id")),
        INTERACTIONS.c.id.label("interaction_id"),
    )
    .where(
        INTERACTIONS.c.tenant_id == bindparam("tenant_id"),
        INTERACTIONS.c.contact_id == MEMBER.c.id,
        INTERACTIONS.c.deleted_at.is_(None),
        INTERACTIONS.c.kind.notin_([literal(kind, String) for kind in NOT_SPOKEN]),
        INTERACTIONS.c.direction != literal(Direction.INTERNAL.value, String),
    )
    .order_by(INTERACTIONS.c.occurred_at.desc(), INTERACTIONS.c.id.desc())
    .limit(literal(1, Integer))
)
LAST = _of_all(LAST_OF_ONE).subquery()
LAST_CONTACT = Query(
    select(LAST).order_by(LAST.c.contacted_at.desc(), LAST.c.interaction_id.desc()).limit(literal(1, Integer))
)
NEVER = {
    "contacted_at": None, "kind": None, "direction": None, "subject": None, "outcome": None, "resolution": None,
    "responsible_id": None, "interaction_id": None,
}  # fmt: skip


def _has(table: Any, column: str = "contact_id") -> Any:
    return exists().where(table.c.tenant_id == bindparam("tenant_id"), table.c[column] == bindparam("contact_id"))


STANDING = (
    select(SUCCESSORS.c.survivor_id)
    .where(SUCCESSORS.c.tenant_id == bindparam("tenant_id"), SUCCESSORS.c.id == THIS_CONTACT)
    .scalar_subquery()
)
HEARD_OF = Query(
    select(STANDING.label("survivor_id"), or_(_has(KNOWN, "id"), _has(INTERACTIONS), _has(ORDERS)).label("is_known"))
)


async def get_timeline(
    reader: Reader, cursors: Cursors, contact_id: UUID, *, types: str | None, limit: int, cursor: str | None
) -> Page:
    """Newest first. Raises ContactNotFound, MovedError, BadCursor, CursorMismatch, CursorExpired."""
    wanted = set(types.split(",")) if types else {"interaction", "order"}
    kinds = sorted(wanted - {"interaction", "order"})
    question = ["timeline", contact_id, sorted(wanted)]
    given: dict[str, Any] = {"contact_id": contact_id, "limit": limit + 1, "kinds": kinds}
    if cursor is not None:
        given["after_at"], given["after_id"] = cursors.open(reader.tenant_id, question, cursor)
    only_kinds = bool(kinds) and "interaction" not in wanted
    shape = ("interaction" in wanted or only_kinds, only_kinds, "order" in wanted, cursor is not None)
    rows = await reader.rows(TIMELINES[shape], **given)
    if not rows:
        await _heard_of(reader, contact_id, "timeline")
    data = [dict(row) for row in rows[:limit]]
    more = len(rows) > limit
    sealed = cursors.seal(reader.tenant_id, question, [data[-1]["occurred_at"], data[-1]["id"]]) if more else None
    return Page(data, sealed)


async def get_last_contact(reader: Reader, contact_id: UUID) -> Mapping[str, Any]:
    """The newest interaction that was not just a note of ours. Raises ContactNotFound, MovedError."""
    row = await reader.one_or_none(LAST_CONTACT, contact_id=contact_id)
    if row is None:
        await _heard_of(reader, contact_id, "last-contact")
        return NEVER
    return dict(row)


async def _heard_of(reader: Reader, contact_id: UUID, view: str) -> None:
    found = await reader.one_or_none(HEARD_OF, contact_id=contact_id)
    if found is not None and found["survivor_id"] is not None:
        raise merged(contact_id, found["survivor_id"], view)
    if found is None or not found["is_known"]:
        raise ContactNotFound(f"Nobody has told this service of a contact {contact_id}, and nothing happened with it.")
