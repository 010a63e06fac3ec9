"""What personal data is used for, on which lawful ground, and the words that people agreed to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant
from shared.errors import NotFoundError, UnprocessableError


class LawfulBasis(StrEnum):
    """Of Thailand's PDPA, sections 19 and 24, and of GDPR, article 6."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTEREST = "vital_interest"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"


DO_NOT_CONTACT = "do_not_contact"
"""The key that stands for all purposes at once: nobody words it. Withdrawn, nobody may contact the person."""
CHOICES = frozenset({LawfulBasis.CONSENT, LawfulBasis.LEGITIMATE_INTEREST})
"""The grounds that leave the choice to the person: by consent, or by the right to object."""


class PurposeNotFound(NotFoundError):
    code = "purpose_not_found"
    title = ("No such purpose", "ไม่พบวัตถุประสงค์นี้")


class ReservedPurpose(UnprocessableError):
    code = "reserved_purpose"
    title = ("This key is reserved", "รหัสนี้สงวนไว้")


class UnknownPurpose(UnprocessableError):
    code = "unknown_purpose"
    title = ("No such purpose", "ไม่พบวัตถุประสงค์นี้")


class Purpose(Base):
    """A tenant's own purpose, or its own wording of one that every tenant has (`defaults.py`)."""

    __tablename__ = "consent_purposes"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    name_th: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    description_th: Mapped[str | None] = mapped_column(String(2000))
    description_en: Mapped[str | None] = mapped_column(String(2000))
    lawful_basis: Mapped[str] = mapped_column(String(20))
    is_archived: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ConsentText(Base):
    """What people read before they decide. A version is never changed: the next one is added."""

    __tablename__ = "consent_texts"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(50), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    text_th: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
