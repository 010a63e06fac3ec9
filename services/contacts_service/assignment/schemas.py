"""Assignment rules and absences over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from contacts_service.assignment.models import Strategy
from shared.web import ClientId, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, Flag, ListTotal

TEAM = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"
Priority = Annotated[int, Field(ge=0, le=10_000), JSON_INTEGER]
Cap = Annotated[int, Field(ge=1, le=1_000_000), JSON_INTEGER]
IN_TURN: dict[str, Any] = {"name": "วนตามลำดับในทีม", "strategy": "round_robin", "team_id": TEAM}
FEWEST: dict[str, Any] = {"name": "Whoever has fewest", "strategy": "load", "team_id": TEAM, "cap": 500}


class RuleUpdate(WriteModel):
    """A merge patch."""

    model_config = examples({"active": False}, {"priority": 20, "cap": 300})

    name: ShortText = ABSENT
    priority: Priority = ABSENT
    active: Flag = ABSENT
    strategy: Strategy = ABSENT
    team_id: UUID | None = None
    territory_id: UUID | None = None
    cap: Cap | None = None


class RuleCreate(WriteModel):
    """`round_robin` and `load` choose from `team_id`; `territory` from who holds the customer's territory."""

    model_config = examples(IN_TURN, FEWEST)

    id: ClientId | None = None
    name: ShortText
    priority: Priority = 100
    active: Flag = True
    strategy: Strategy
    team_id: UUID | None = None
    territory_id: UUID | None = None
    cap: Cap | None = None


class AssignmentRuleRead(ReadModel):
    model_config = examples(IN_TURN, FEWEST)

    id: UUID
    type: Literal["assignment_rule"]
    version: int
    created_at: Instant
    updated_at: Instant
    name: str
    priority: int
    active: bool
    strategy: Strategy
    team_id: UUID | None
    territory_id: UUID | None
    cap: int | None


class RuleList(ReadModel):
    data: list[AssignmentRuleRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


AWAY_TH = {"starts_at": "2026-12-28T17:00:00Z", "ends_at": "2027-01-03T17:00:00Z", "note": "หยุดปีใหม่"}
AWAY_EN = {"starts_at": "2026-12-24T00:00:00Z", "ends_at": "2026-12-27T00:00:00Z", "note": "Holidays"}


class AbsenceCreate(WriteModel):
    """From `starts_at` until before `ends_at`."""

    model_config = examples({"user_id": TEAM, **AWAY_TH}, {"user_id": TEAM, **AWAY_EN})

    id: ClientId | None = None
    user_id: UUID
    starts_at: Instant
    ends_at: Instant
    note: ShortText | None = None


class AbsenceRead(ReadModel):
    model_config = examples(AWAY_TH, AWAY_EN)

    id: UUID
    type: Literal["absence"]
    version: int
    created_at: Instant
    updated_at: Instant
    user_id: UUID
    starts_at: Instant
    ends_at: Instant
    note: str | None


class AbsenceList(ReadModel):
    data: list[AbsenceRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
