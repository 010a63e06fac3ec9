"""Which contacts a search finds, as conditions of lists."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, Uuid, any_, bindparam, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import ARRAY

from contacts_service.contacts.models import Contact
from contacts_service.contacts.search import CANDIDATES
from shared.query import ListRequest, Reader

Condition = Mapping[str, ColumnElement[bool]]
"""By a name that stands for its text."""
TENANT = bindparam("tenant_id", type_=Uuid)
OWNERS = func.array(select(column("user_id", Uuid)).select_from(table("seen_owners")).scalar_subquery())
TERMS = (
    bindparam("q_grams", type_=ARRAY(Integer)),
    bindparam("q_pairs", type_=ARRAY(String)),
    bindparam("q_patterns", type_=ARRAY(String)),
)
NEWEST = literal(UUID(int=2**128 - 1), Uuid)
"""RFC 9562's Max UUID: nothing has it."""
LAST = bindparam("k0", type_=Uuid)
PAGE, MOST = bindparam("limit", type_=Integer), literal(CANDIDATES, Integer)


def _ways(name: str, search: Callable[..., ColumnElement[UUID]], *who: ColumnElement[UUID]) -> Mapping[str, Condition]:
    """As an array the hits are looked up in the primary key whatever the planner believes that their number is."""

    def found(before: ColumnElement[UUID], most: ColumnElement[int]) -> ColumnElement[bool]:
        hits = select(search(*who, *TERMS, before, most)).scalar_subquery()
        return Contact.__table__.c.id == any_(func.array(hits))

    ways = {"any": found(NEWEST, MOST), "first": found(NEWEST, PAGE), "next": found(LAST, PAGE)}
    return {way: {f"{name}_{way}": condition} for way, condition in ways.items()}


AMONG_ALL = _ways("all", func.search_contacts, TENANT)
AMONG_SEEN = _ways("seen", func.search_contacts_of, TENANT, OWNERS)
"""For a viewer, among the contacts that he sees: all the others might be hits before one of his."""


def found_by(reader: Reader, request: ListRequest) -> Condition:
    """Lists in the order of the search take from it what a page needs, others choose among its newest hits."""
    ways = AMONG_ALL if reader.viewer is None else AMONG_SEEN
    if request.filter or request.sort or request.include_total:
        return ways["any"]
    return ways["next"] if request.cursor else ways["first"]
