"""Commands on assignment rules and absences."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
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
from shared.db.locks import lock_name, lock_record
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import ConflictError, FieldError, SamphanError


class IdTaken(ConflictError):
    code = "id_taken"
    title = ("The id is taken", "รหัสนี้มีอยู่แล้ว")


async def create_rule(session: AsyncSession, given: Mapping[str, Any]) -> AssignmentRule:
    """Raises TeamRequired, UnknownReference, IdTaken, TooManyRules."""
    await _refuse_too_many(session)
    rule = AssignmentRule()
    rule.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(rule)
    await _flush(session)
    return rule


async def update_rule(
    session: AsyncSession, rule_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> AssignmentRule:
    """Raises RuleNotFound, RuleDeleted, VersionMismatch, TeamRequired, UnknownReference."""
    rule = await _live(session, rule_id)
    check_version(rule.version, if_version)
    rule.change(dict(given))
    await _flush(session)
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
    await _flush(session)
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
    rule = await lock_record(session, AssignmentRule, rule_id)
    if rule is None:
        raise RuleNotFound(f"There is no assignment rule {rule_id}.")
    if rule.deleted_at is not None:
        raise RuleDeleted(f"Assignment rule {rule_id} was deleted. Make a new one.")
    return rule


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise _problem(error) from error


def _problem(error: IntegrityError) -> SamphanError:
    for name in ("team_id", "territory_id"):
        if name in str(error.orig):
            detail = f"There is no such {name.removesuffix('_id')}. Create it first, or leave {name} out."
            return UnknownReference(detail, errors=[FieldError("unknown_reference", detail, pointer=f"/{name}")])
    detail = "A record with this id exists already."
    return IdTaken(detail, errors=[FieldError("id_taken", detail, pointer="/id")])


async def _refuse_too_many(session: AsyncSession) -> None:
    await lock_name(session, "assignment rules")
    tenant_id = session.info["context"].tenant_id
    counted = select(func.count()).where(AssignmentRule.tenant_id == tenant_id, AssignmentRule.deleted_at.is_(None))
    if (await session.scalar(counted) or 0) >= MAX_RULES:
        raise TooManyRules(f"There are {MAX_RULES} rules already. Delete one first.")
