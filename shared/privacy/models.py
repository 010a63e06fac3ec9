"""What every service keeps about persons' rights: who is erased (ids alone), what is to be done, what was given out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, ScalarSelect, String, Text, Uuid, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import metadata
from shared.db.record import Instant, now


class PrivacyBase(DeclarativeBase):
    metadata = metadata()


privacy_metadata = PrivacyBase.metadata


class ErasedPerson(PrivacyBase):
    """A tombstone: nothing may be stored about this id any more."""

    __tablename__ = "erased_persons"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(Instant, default=now)


def when_erased(tenant_id: UUID, ids: Sequence[UUID]) -> ScalarSelect[datetime]:
    """The first time, inside a statement: what came later is not in question when an erasure is repeated."""
    erased = select(func.min(ErasedPerson.erased_at)).where(
        ErasedPerson.tenant_id == tenant_id, ErasedPerson.id.in_(ids)
    )
    return erased.scalar_subquery()


class PrivacyTask(PrivacyBase):
    """This service's part of a request, due at `run_at`. `words` name the person in stored texts until `done_at`.

    `counts` are of rows that the consumer erases before the task begins.
    """

    __tablename__ = "privacy_tasks"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    person_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    run_at: Mapped[datetime] = mapped_column(Instant, default=now)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class PrivacyPart(PrivacyBase):
    """What this service has about a person, as gzipped JSON, for seven days."""

    __tablename__ = "privacy_parts"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
