"""Reads of assignment rules and absences."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, String, bindparam, literal, select

from contacts_service.assignment.models import Absence, AssignmentRule, RuleDeleted, RuleNotFound
from shared.query import Collection, Field, Kind, Query, Reader

RULES = AssignmentRule.__table__
ABSENCES = Absence.__table__


def _common(table: FromClause, kind: str) -> Sequence[Field]:
    return (
        Field("id", table.c.id, Kind.UUID, sortable=True, nullable=False),
        Field("type", literal(kind, String), Kind.TEXT, filterable=False),
        Field("version", table.c.version, Kind.INTEGER, filterable=False),
        Field("created_at", table.c.created_at, Kind.INSTANT, sortable=True, nullable=False),
        Field("updated_at", table.c.updated_at, Kind.INSTANT, sortable=True, nullable=False),
    )


RULE_FIELDS = [
    *_common(RULES, "assignment_rule"),
    Field("name", RULES.c.name, Kind.TEXT, nullable=False),
    Field("priority", RULES.c.priority, Kind.INTEGER, sortable=True, nullable=False),
    Field("active", RULES.c.active, Kind.BOOLEAN, nullable=False),
    Field("strategy", RULES.c.strategy, Kind.TEXT, nullable=False),
    Field("team_id", RULES.c.team_id, Kind.UUID),
    Field("territory_id", RULES.c.territory_id, Kind.UUID),
    Field("cap", RULES.c.cap, Kind.INTEGER, filterable=False),
]
ABSENCE_FIELDS = [
    *_common(ABSENCES, "absence"),
    Field("user_id", ABSENCES.c.user_id, Kind.UUID, nullable=False),
    Field("starts_at", ABSENCES.c.starts_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("ends_at", ABSENCES.c.ends_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("note", ABSENCES.c.note, Kind.TEXT, filterable=False),
]
RULE_COLLECTION = Collection(
    "assignment_rules", RULES, RULE_FIELDS, where=[RULES.c.deleted_at.is_(None)], default_sort="priority"
)
ABSENCE_COLLECTION = Collection(
    "absences", ABSENCES, ABSENCE_FIELDS, where=[ABSENCES.c.deleted_at.is_(None)], default_sort="-ends_at"
)
RULE_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in RULE_FIELDS), RULES.c.deleted_at).where(
        RULES.c.tenant_id == bindparam("tenant_id"), RULES.c.id == bindparam("id")
    )
)


async def get_rule(reader: Reader, rule_id: UUID) -> dict[str, Any]:
    """Raises RuleNotFound, RuleDeleted."""
    row = await reader.one_or_none(RULE_BY_ID, id=rule_id)
    if row is None:
        raise RuleNotFound(f"There is no assignment rule {rule_id}.")
    rule = dict(row)
    if rule.pop("deleted_at") is not None:
        raise RuleDeleted(f"Assignment rule {rule_id} was deleted.")
    return rule
