"""A part of the market, and whose it is: customers belong to the first territory whose conditions they meet."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError

MAX_TERRITORIES = 500


class TerritoryNotFound(NotFoundError):
    code = "territory_not_found"
    title = ("No such territory", "ไม่พบเขตนี้")


class TerritoryDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class UnknownTeam(UnprocessableError):
    code = "unknown_team"
    title = ("No such team", "ไม่พบทีมนี้")


class TwoHolders(UnprocessableError):
    code = "two_holders"
    title = ("It has one holder", "เขตมีผู้ดูแลได้หนึ่งราย")


class TooManyTerritories(ConflictError):
    code = "too_many_territories"
    title = ("There are too many territories", "มีเขตมากเกินไป")


CONDITIONS = ("provinces", "customer_classes", "postal_prefixes", "company_ids", "tags")


class Territory(Record, Base):
    """Held by a team or a user, or by nobody yet. The lowest `priority` comes first, then the oldest.

    A customer meets it by meeting one value of each condition that has any, or by being in `contact_ids`.
    """

    __tablename__ = "territories"
    type = "territory"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        CheckConstraint("team_id is null or user_id is null", name="holder"),
        Index("territories_priority_idx", "tenant_id", "priority", "id", postgresql_where=text("deleted_at is null")),
    )

    name: Mapped[str] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(Integer, default=100)
    team_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    provinces: Mapped[list[str]] = mapped_column(ARRAY(String(200)), default=list)
    customer_classes: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    postal_prefixes: Mapped[list[str]] = mapped_column(ARRAY(String(10)), default=list)
    company_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)

    def change(self, given: dict[str, Any]) -> None:
        """Raises TwoHolders."""
        for name, value in given.items():
            setattr(self, name, value)
        if self.team_id is not None and self.user_id is not None:
            raise TwoHolders("A territory is held by a team or by a user. Set the other one to null.")
