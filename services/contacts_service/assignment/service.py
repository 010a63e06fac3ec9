"""Commands on assignment rules and absences."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assignment.models import (
    MAX_RULES,
    Absence,
    AbsenceNotFound,
    AssignmentRule,
    EndsBeforeItBegins,
    RuleDeleted,
    RuleNotFound,
    TooManyRules,
    UnknownReference,
)
from shared.db.locks import lock_live, lock_record, refuse_more
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import FieldError


async def create_rule(session: AsyncSession, given: Mapping[str, Any]) -> AssignmentRule:
    """Raises TeamRequired, UnknownReference, IdTaken, TooManyRules."""
    await refuse_more(session, AssignmentRule, MAX_RULES, TooManyRules)
    rule = AssignmentRule()
    rule.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(rule)
    await flush(session, PROBLEMS)
    return rule


async def update_rule(
    session: AsyncSession, rule_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> AssignmentRule:
    """Raises RuleNotFound, RuleDeleted, VersionMismatch, TeamRequired, UnknownReference."""
    rule = await _live(session, rule_id)
    check_version(rule.version, if_version)
    rule.change(dict(given))
    await flush(session, PROBLEMS)
    return rule


async def delete_rule(session: AsyncSession, rule_id: UUID, *, if_version: int | None = None) -> None:
    """Raises RuleNotFound, RuleDeleted, VersionMismatch."""
    rule = await _live(session, rule_id)
    check_version(rule.version, if_version)
    rule.deleted_at = now()
    await session.flush()


async def note_absence(session: AsyncSession, given: Mapping[str, Any]) -> Absence:
    """Raises EndsBeforeItBegins, IdTaken."""
    if given["ends_at"] <= given["starts_at"]:
        detail = "An absence ends after it begins."
        raise EndsBeforeItBegins(detail, errors=[FieldError("ends_before_it_begins", detail, pointer="/ends_at")])
    absence = Absence(**{name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(absence)
    await flush(session, PROBLEMS)
    return absence


async def delete_absence(session: AsyncSession, absence_id: UUID, *, if_version: int | None = None) -> None:
    """Raises AbsenceNotFound, VersionMismatch."""
    absence = await lock_record(session, Absence, absence_id)
    if absence is None or absence.deleted_at is not None:
        raise AbsenceNotFound(f"There is no absence {absence_id}.")
    check_version(absence.version, if_version)
    absence.deleted_at = now()
    await session.flush()


async def _live(session: AsyncSession, rule_id: UUID) -> AssignmentRule:
    return await lock_live(session, AssignmentRule, rule_id, RuleNotFound, RuleDeleted)


def _unknown(name: str) -> UnknownReference:
    detail = f"There is no such {name.removesuffix('_id')}. Create it first, or leave {name} out."
    return UnknownReference(detail, errors=[FieldError("unknown_reference", detail, pointer=f"/{name}")])


PROBLEMS = {name: partial(_unknown, name) for name in ("team_id", "territory_id")}
