"""A request of a person, or for them, and how far each service is with it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant, now
from shared.errors import ConflictError, NotFoundError, UnprocessableError

DUE = timedelta(days=30)
"""PDPA s. 30; the GDPR's month (art. 12) may be 28 days: whoever must, says an earlier `due_at`."""
SERVICES = ("contacts", "interactions", "campaigns", "analytics")
LOG = "log"
"""Stands among the services for the event log, which is cleaned last."""


class RequestKind(StrEnum):
    ERASURE = "erasure"
    EXPORT = "export"


class Requester(StrEnum):
    """Who asked; never by name, which would outlive an erasure."""

    DATA_SUBJECT = "data_subject"
    REPRESENTATIVE = "representative"
    BUSINESS = "business"
    AUTHORITY = "authority"


class RequestStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AnswerStatus(StrEnum):
    """`expiring`: the log cannot be rewritten and forgets by age."""

    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRING = "expiring"


class PrivacyRequestNotFound(NotFoundError):
    code = "privacy_request_not_found"
    title = ("No such request", "ไม่พบคำขอนี้")


class UnknownPerson(UnprocessableError):
    code = "unknown_contact"
    title = ("No such contact", "ไม่พบผู้ติดต่อ")


class RequestStarted(ConflictError):
    code = "privacy_request_started"
    title = ("It has begun already", "คำขอนี้เริ่มดำเนินการแล้ว")


class NoReceiptYet(ConflictError):
    code = "privacy_request_not_completed"
    title = ("It is not completed", "คำขอนี้ยังไม่เสร็จสิ้น")


class PrivacyRequest(Record, Base):
    """`ask_at` is when there is something to do next. `contact_ids` are all ids of the person, `words` what names them
    in stored texts: both are known once it runs; words and reason go when an erasure is completed.

    `log_place` counts the partitions of the log that are clean, once it is their turn.
    """

    __tablename__ = "privacy_requests"
    type = "privacy_request"
    __table_args__ = (
        Index("privacy_requests_created_at_idx", "tenant_id", "created_at", "id"),
        Index("privacy_requests_due_idx", "ask_at", postgresql_where=text("ask_at is not null")),
    )

    kind: Mapped[str] = mapped_column(String(10))
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    words: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    reason: Mapped[str | None] = mapped_column(Text)
    requester: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default=RequestStatus.PENDING.value)
    due_at: Mapped[datetime] = mapped_column(Instant)
    start_at: Mapped[datetime] = mapped_column(Instant)
    ask_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    log_place: Mapped[int | None] = mapped_column(Integer)

    @property
    def services(self) -> list["PrivacyAnswer"]:
        """Of one that has not begun: reads of others ask the database."""
        return []

    def cancel(self) -> None:
        """Raises RequestStarted. Does nothing to one that was cancelled."""
        if self.status == RequestStatus.CANCELLED:
            return
        if self.status != RequestStatus.PENDING:
            raise RequestStarted("It has begun: what is erased cannot be brought back.")
        self._end(RequestStatus.CANCELLED)

    def complete(self) -> None:
        if self.kind == RequestKind.ERASURE:
            self.reason = None
        self._end(RequestStatus.COMPLETED)

    def fail(self) -> None:
        self._end(RequestStatus.FAILED)

    def _end(self, status: RequestStatus) -> None:
        self.status, self.completed_at = status.value, now()
        self.ask_at, self.log_place, self.words = None, None, []


class PrivacyAnswer(Base):
    """Where one service is with a request, and how many rows of which table that was."""

    __tablename__ = "privacy_answers"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(10), default=AnswerStatus.WAITING.value)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
