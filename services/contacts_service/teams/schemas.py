"""Teams over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from contacts_service.teams.models import MAX_MEMBERS, TeamRole
from shared.web import ClientId, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ABSENT, ON_REQUEST, ListTotal

USER = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"


class MemberWrite(WriteModel):
    """A user of the business, and what the team is to him."""

    model_config = examples({"user_id": USER, "role": "member"}, {"user_id": USER, "role": "lead"})

    user_id: UUID
    role: TeamRole = TeamRole.MEMBER


Members = Annotated[list[MemberWrite], Field(max_length=MAX_MEMBERS)]


class TeamUpdate(WriteModel):
    """A merge patch; `members` replaces them all."""

    model_config = examples({"name": "ทีมขายภาคเหนือ"}, {"name": "Sales north"})

    name: ShortText = ABSENT
    members: Members = ABSENT

    def given(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set)


class TeamCreate(TeamUpdate):
    model_config = examples(
        {"name": "ทีมขายภาคเหนือ", "members": [{"user_id": USER, "role": "lead"}]},
        {"name": "Sales north", "members": [{"user_id": USER, "role": "lead"}]},
    )

    id: ClientId | None = None
    name: ShortText
    members: Members = []


class MemberRead(ReadModel):
    model_config = examples({"user_id": USER, "role": "member"}, {"user_id": USER, "role": "lead"})

    user_id: UUID
    role: TeamRole


class TeamRead(ReadModel):
    model_config = examples({"name": "ทีมขายภาคเหนือ"}, {"name": "Sales north"})

    id: UUID
    type: Literal["team"]
    version: int
    created_at: Instant
    updated_at: Instant
    name: str
    members: list[MemberRead]


class TeamList(ReadModel):
    data: list[TeamRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
