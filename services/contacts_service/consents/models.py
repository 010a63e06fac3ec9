"""The ledger of what people agreed to and what they withdrew. Rows are added, what they say is never changed: the
database sees to it.

The rule, for one contact, purpose and channel (decisions for the channel `all` count for each):

    A giving counts only if it was recorded after every withdrawal that is recorded, and occurred after all of them.

So a withdrawal always counts as soon as it is recorded, however early it occurred and whatever arrived before it: who
gave on Tuesday and whose withdrawal of Monday arrives on Wednesday has to give again. At the same instant the
withdrawal wins. Decisions recorded together count in the order in which they occurred. When contacts are merged, what
one of them has withdrawn is withdrawn, as if it had been recorded then: see `merging.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant
from shared.errors import UnprocessableError


class Decision(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class UnknownText(UnprocessableError):
    code = "unknown_text_version"
    title = ("No such version of the text", "ไม่พบข้อความความยินยอมรุ่นนี้")


class NotYetOccurred(UnprocessableError):
    code = "not_yet_occurred"
    title = ("It lies in the future", "เวลาที่เกิดขึ้นอยู่ในอนาคต")


class ConsentDecision(Base):
    """`seq` is the order of recording: those of one contact are recorded one after the other. `counts_from` stands in
    its place for a withdrawal that has overruled what the other contact of a merge had given."""

    __tablename__ = "consent_decisions"
    __table_args__ = (
        Index("consent_decisions_contact_idx", "tenant_id", "contact_id", "seq"),
        Index(
            "consent_decisions_once_idx",
            "tenant_id",
            "contact_id",
            "purpose",
            "channel",
            "occurred_at",
            "decision",
            unique=True,
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    counts_from: Mapped[int | None] = mapped_column(BigInteger)
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    purpose: Mapped[str] = mapped_column(String(50))
    channel: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str] = mapped_column(String(10))
    lawful_basis: Mapped[str | None] = mapped_column(String(20))
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant, server_default=text("clock_timestamp()"))
    source: Mapped[str] = mapped_column(String(50))
    evidence: Mapped[str | None] = mapped_column(String(2000))
    text_version: Mapped[int | None] = mapped_column(Integer)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """Checked: the purpose is known, the text is one of its own. `source` is where the person decided."""

    contact_id: UUID
    purpose: str
    channel: str
    decision: str
    occurred_at: datetime
    source: str
    lawful_basis: str | None = None
    evidence: str | None = None
    text_version: int | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The same decision sent twice is one."""
        return self.contact_id, self.purpose, self.channel, self.decision, self.occurred_at


@dataclass(frozen=True, slots=True)
class Recorded:
    id: UUID
    is_new: bool
    version: int = 1
