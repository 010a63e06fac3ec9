"""Reads of what belongs to records that were merged: see `shared.db.successors`."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.errors import MovedError


def survivor_of(successors: FromClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Who stands for the record that the column names: itself, or the one that it was merged into."""
    standing = _of_tenant(successors, successors.c.survivor_id).where(successors.c.id == column)
    return func.coalesce(standing.scalar_subquery(), column)


def members_of(successors: FromClause, ids: ColumnElement[Any]) -> ColumnElement[Any]:
    """An array: these records and all that were merged into them; of those that were merged themselves, nothing."""
    wanted = func.unnest(ids, type_=Uuid()).table_valued("id", name="wanted").render_derived()
    own = _of_tenant(successors, successors.c.id).where(successors.c.id == wanted.c.id)
    merged = _of_tenant(successors, successors.c.id).where(successors.c.survivor_id == any_(ids))
    return func.array(select(wanted.c.id).where(~own.exists()).union_all(merged).scalar_subquery(), type_=ARRAY(Uuid))


def members_of_survivors(successors: FromClause, ids: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same, of whoever stands for these records."""
    wanted = func.unnest(ids, type_=Uuid()).table_valued("id", name="asked").render_derived()
    standing = select(survivor_of(successors, wanted.c.id)).select_from(wanted)
    return members_of(successors, func.array(standing.scalar_subquery(), type_=ARRAY(Uuid)))


def merged(contact_id: UUID, survivor_id: UUID, view: str) -> MovedError:
    """Where a view of a merged contact is to be read."""
    detail = f"Contact {contact_id} was merged into {survivor_id}."
    return MovedError(detail, location=f"/v1/contacts/{survivor_id}/{view}", merged_into=survivor_id)


def _of_tenant(successors: FromClause, column: ColumnElement[Any]) -> Any:
    return select(column).select_from(successors).where(successors.c.tenant_id == bindparam("tenant_id"))
