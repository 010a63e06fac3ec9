"""Who works together. Users are the gateway's: here they are ids, and any id is taken."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.errors import ConflictError, GoneError, NotFoundError

MAX_MEMBERS = 500
MAX_TEAMS = 1_000
"""Of a tenant: everybody who sees his team's records asks all of them which ones he is in."""


class TeamRole(StrEnum):
    LEAD = "lead"
    MEMBER = "member"


class TeamNotFound(NotFoundError):
    code = "team_not_found"
    title = ("No such team", "ไม่พบทีมนี้")


class TeamDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class NotAMember(NotFoundError):
    code = "not_a_member"
    title = ("Not in this team", "ไม่ได้อยู่ในทีมนี้")


class TooManyMembers(ConflictError):
    code = "too_many_members"
    title = ("The team is full", "ทีมมีสมาชิกเต็มแล้ว")


class TooManyTeams(ConflictError):
    code = "too_many_teams"
    title = ("There are too many teams", "มีทีมมากเกินไป")


class Team(Record, Base):
    """`member_ids` are in the order in which they joined; `lead_ids` are some of them. A deleted team has nobody."""

    __tablename__ = "teams"
    type = "team"
    __table_args__ = (Index("teams_name_idx", "tenant_id", "name", "id", postgresql_where=text("deleted_at is null")),)

    name: Mapped[str] = mapped_column(String(200))
    member_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    lead_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)

    @property
    def members(self) -> list[dict[str, Any]]:
        leads = set(self.lead_ids)
        return [
            {"user_id": user_id, "role": TeamRole.LEAD if user_id in leads else TeamRole.MEMBER}
            for user_id in self.member_ids
        ]

    def seat(self, members: Sequence[dict[str, Any]]) -> None:
        """These and nobody else; of one who is named twice the last role counts."""
        roles = {each["user_id"]: each["role"] for each in members}
        self.member_ids = list(roles)
        self.lead_ids = [user_id for user_id, role in roles.items() if role == TeamRole.LEAD]

    def add(self, user_id: UUID, role: TeamRole) -> None:
        """Who is in it already gets that role. Raises TooManyMembers."""
        self.seat([*self.members, {"user_id": user_id, "role": role}])
        if len(self.member_ids) > MAX_MEMBERS:
            raise TooManyMembers(f"A team has at most {MAX_MEMBERS} members. Make another team.")

    def remove(self, user_id: UUID) -> None:
        """Raises NotAMember."""
        if user_id not in self.member_ids:
            raise NotAMember(f"User {user_id} is not in this team.")
        self.seat([each for each in self.members if each["user_id"] != user_id])
