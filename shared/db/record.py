"""The columns that every business record has."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, FromClause, MetaData, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeEngine, UserDefinedType

from shared.ids import new_id

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

Instant: TypeEngine[datetime] = TIMESTAMP(timezone=True, precision=3)


class Xid8(UserDefinedType[int]):
    """A transaction's 64-bit number (`pg_current_xact_id()`); never wraps, unlike `xmin`."""

    cache_ok = True


ischema_names["xid8"] = Xid8  # so that a database read back is compared with it


@compiles(Xid8)
def _xid8(*_: object, **__: object) -> str:
    return "xid8"


def metadata() -> MetaData:
    """A service's own metadata: all constraints named, so that migrations can drop them."""
    return MetaData(naming_convention=NAMING)


def given_columns(table: FromClause) -> list[str]:
    """All but those of records that the database fills in itself."""
    columns = (column for column in table.columns if column.name not in ("sync_xid", "created_by"))
    return [column.name for column in columns if getattr(column, "computed", None) is None]


class Signed:
    """A record that knows who made it, by the transaction's context."""

    created_by: Mapped[UUID | None] = mapped_column(
        Uuid, server_default=text("nullif(current_setting('app.actor_id', true), '')::uuid"), deferred=True
    )


def now() -> datetime:
    """The instant to the millisecond: what the API shows is what is stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Record:
    """Keyed by tenant and id, versioned by each write, deleted softly.

    The session fills in `tenant_id`. `sync_xid` is stamped by a trigger: see `shared.db.migrations.record_triggers`.
    """

    __tablename__: Any  # as the declarative base has it

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-9)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, sort_order=-8)
    version: Mapped[int] = mapped_column(BigInteger, sort_order=-7)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now, sort_order=-6)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=now, onupdate=now, sort_order=-5)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant, sort_order=-4)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, sort_order=-3)
    sync_xid: Mapped[int] = mapped_column(
        Xid8, FetchedValue(), server_default=text("pg_current_xact_id()"), deferred=True, sort_order=-2
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version, "eager_defaults": False}


def take_over(record: Record, given: Mapping[str, Any]) -> list[str]:
    """Sets what is given; returns the names of what changed, sorted."""
    changed = sorted(name for name, value in given.items() if getattr(record, name) != value)
    for name in changed:
        setattr(record, name, given[name])
    return changed
