"""Contacts' events as PostgreSQL writes them, in the statement that moves thousands: as `ContactState.of` does."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import JSONB

from contacts_service.contacts.events import ContactUpdated, OwnerChanged
from shared.db.record import Instant

RFC3339 = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'


def updated(moved: FromClause) -> ColumnElement[Any]:
    """The body of ContactUpdated: every field is the contact's column of its name, but for these."""
    special = {
        "contact_id": moved.c.id,
        "emails": _primary_first("emails"),
        "phones": _primary_first("phones"),
        "changed_fields": func.jsonb_build_array(literal("owner_id")),
    }
    fields = {name: special[name] if name in special else moved.c[name] for name in ContactUpdated.model_fields}
    return _document(fields)


def owner_changed(moved: FromClause, handover_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The body of OwnerChanged."""
    special = {
        "contact_id": moved.c.id,
        "to_owner_id": moved.c.owner_id,
        "changed_at": moved.c.updated_at,
        "handover_id": handover_id,
    }
    return _document({name: special[name] if name in special else moved.c[name] for name in OwnerChanged.model_fields})


def _document(fields: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    pairs = (part for name, value in fields.items() for part in (literal_column(f"'{name}'"), _value(value)))
    return cast(func.jsonb_build_object(*pairs), JSON)


def _value(value: ColumnElement[Any]) -> ColumnElement[Any]:
    is_instant = isinstance(value.type, type(Instant))
    return func.to_char(func.timezone("UTC", value), literal_column(f"'{RFC3339}'")) if is_instant else value


def _primary_first(name: str) -> ColumnElement[Any]:
    return literal_column(
        "(select coalesce(jsonb_agg(item -> 'value' order by not (item ->> 'primary')::boolean, place), '[]')"  # noqa: S608 - our own names
        f" from jsonb_array_elements(moved.{name}) with ordinality as each (item, place))",
        JSONB,
    )
