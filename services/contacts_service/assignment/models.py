"""Who gets the customers that nobody owns yet: rules, and the days on which somebody does not work."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError

MAX_RULES = 100


class Strategy(StrEnum):
    """In turn, to whom has fewest live contacts, or to the holder of the customer's territory."""

    ROUND_ROBIN = "round_robin"
    LOAD = "load"
    TERRITORY = "territory"


class RuleNotFound(NotFoundError):
    code = "assignment_rule_not_found"
    title = ("No such assignment rule", "ไม่พบกฎการมอบหมายนี้")


class RuleDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class TeamRequired(UnprocessableError):
    code = "team_required"
    title = ("A team is needed", "ต้องระบุทีม")


class UnknownReference(UnprocessableError):
    code = "unknown_reference"
    title = ("No such record", "ไม่พบข้อมูลที่อ้างถึง")


class TooManyRules(ConflictError):
    code = "too_many_rules"
    title = ("There are too many rules", "มีกฎมากเกินไป")


class AbsenceNotFound(NotFoundError):
    code = "absence_not_found"
    title = ("No such absence", "ไม่พบวันลานี้")


class EndsBeforeItBegins(UnprocessableError):
    code = "ends_before_it_begins"
    title = ("It ends before it begins", "วันสิ้นสุดอยู่ก่อนวันเริ่ม")


class AssignmentRule(Record, Base):
    """The lowest `priority` is tried first, then the oldest; one that finds nobody leaves it to the next.

    With a `territory_id` it is only about customers who belong there. `cap` is how many live contacts anybody may have.
    """

    __tablename__ = "assignment_rules"
    type = "assignment_rule"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "territory_id"], ["territories.tenant_id", "territories.id"]),
        Index(
            "assignment_rules_priority_idx",
            "tenant_id",
            "priority",
            "id",
            postgresql_where=text("active and deleted_at is null"),
        ),
    )

    name: Mapped[str] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(Integer, default=100)
    active: Mapped[bool] = mapped_column(default=True)
    strategy: Mapped[str] = mapped_column(String(20))
    team_id: Mapped[UUID | None] = mapped_column(Uuid)
    territory_id: Mapped[UUID | None] = mapped_column(Uuid)
    cap: Mapped[int | None] = mapped_column(Integer)

    def change(self, given: dict[str, Any]) -> None:
        """Raises TeamRequired."""
        for name, value in given.items():
            setattr(self, name, value)
        if self.strategy != Strategy.TERRITORY and self.team_id is None:
            raise TeamRequired(f"A rule with the strategy {self.strategy} takes a team_id.")


class Turn(Base):
    """Who of a team was given somebody last: the next one is after him."""

    __tablename__ = "assignment_turns"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    team_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)


class Absence(Record, Base):
    """From `starts_at` until before `ends_at` the user is given nobody."""

    __tablename__ = "absences"
    type = "absence"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("absences_ends_at_idx", "tenant_id", "ends_at", "id", postgresql_where=text("deleted_at is null")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str | None] = mapped_column(String(200))
