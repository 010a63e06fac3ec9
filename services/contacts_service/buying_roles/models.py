"""Who has what to say when a company buys."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db import Record
from shared.errors import NotFoundError


class BuyingRoleNotFound(NotFoundError):
    code = "buying_role_not_found"
    title = ("No part in buying", "ไม่มีบทบาทในการซื้อ")


class BuyingRoleName(StrEnum):
    """What part somebody has in a company's decision to buy."""

    DECISION_MAKER = "decision_maker"
    BUYER = "buyer"
    BUDGET_HOLDER = "budget_holder"
    INFLUENCER = "influencer"
    CHAMPION = "champion"
    USER = "user"
    GATEKEEPER = "gatekeeper"
    BLOCKER = "blocker"
    OTHER = "other"


class Influence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Attitude(StrEnum):
    SUPPORTIVE = "supportive"
    NEUTRAL = "neutral"
    OPPOSED = "opposed"


class BuyingRole(Record, Base):
    """What a contact has to say when a company buys. One for each contact and company."""

    __tablename__ = "buying_roles"
    type = "buying_role"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"),
        Index("buying_roles_company_idx", "tenant_id", "company_id", "contact_id", unique=True),
        Index("buying_roles_contact_idx", "tenant_id", "contact_id"),
        Index("buying_roles_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    company_id: Mapped[UUID] = mapped_column(Uuid)
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(30)))
    influence: Mapped[str | None] = mapped_column(String(10))
    attitude: Mapped[str | None] = mapped_column(String(10))
    notes: Mapped[str | None] = mapped_column(Text)


goes_along("buying_roles", unique=("company_id",), versioned=True)
