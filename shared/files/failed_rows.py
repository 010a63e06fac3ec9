"""Rows that a run refused: a table in each service that imports files, given back as a CSV to correct."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
import sqlalchemy
from sqlalchemy import FromClause, Integer, Text, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.bulk import insert_rows
from shared.errors import ConflictError
from shared.files.error_files import error_header, error_lines
from shared.files.errors import RowError
from shared.files.records import Row
from shared.query import Query, Reader

PAGE_ROWS = 500


class NoRunYet(ConflictError):
    code = "import_not_run"
    title = ("The import has not run yet", "ยังไม่ได้เริ่มนำเข้าข้อมูล")


class FailedRowColumns:
    """A row that the last run or dry run refused, with its cells as the file has them."""

    __table__: ClassVar[FromClause]

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[list[str]] = mapped_column(JSONB)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


async def keep_failed(
    session: AsyncSession,
    model: type[FailedRowColumns],
    tenant_id: UUID,
    import_id: UUID,
    failed: Iterable[tuple[Row, Sequence[RowError]]],
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "import_id": import_id,
            "number": row.number,
            "cells": [_storable(cell) for cell in row.cells],
            "errors": [error_as_dict(error) for error in errors],
        }
        for row, errors in failed
    ]
    await insert_rows(session, cast("sqlalchemy.Table", model.__table__), rows)


async def forget_failed(session: AsyncSession, model: type[FailedRowColumns], tenant_id: UUID, import_id: UUID) -> None:
    await session.execute(delete(model).where(model.tenant_id == tenant_id, model.import_id == import_id))


def failed_rows_query(model: type[FailedRowColumns]) -> Query:
    """A page of an import's rows: takes `id` and `after`."""
    rows = model.__table__.c
    return Query(
        select(
            rows.number,
            sqlalchemy.cast(rows.cells, Text).label("cells"),
            sqlalchemy.cast(rows.errors, Text).label("errors"),
        )
        .where(
            rows.tenant_id == bindparam("tenant_id"),
            rows.import_id == bindparam("id"),
            rows.number > bindparam("after"),
        )
        .order_by(rows.number)
        .limit(PAGE_ROWS)
    )


def failed_rows_file(
    reader: Reader, failed_rows: Query, import_id: UUID, found: Mapping[str, Any]
) -> AsyncIterator[bytes]:
    """The rows that the last run or dry run of the import refused, as a CSV to correct and import; piece by piece.

    `found` is the import as its service reads it. Raises NoRunYet.
    """
    if found["operation_id"] is None and found["dry_run_operation_id"] is None:
        raise NoRunYet("The import has not run yet. Start a dry run or a run first.")
    header = [column["heading"] for column in orjson.loads(orjson.dumps(found["columns"]))]
    return _pieces(reader, failed_rows, import_id, header)


def error_as_dict(error: RowError) -> dict[str, Any]:
    return {
        "row": error.row, "code": error.code, "detail": error.detail, "column": error.column, "value": error.value,
    }  # fmt: skip


async def _pieces(reader: Reader, failed_rows: Query, import_id: UUID, header: list[str]) -> AsyncIterator[bytes]:
    yield error_header(header)
    after = 0
    while rows := await reader.rows(failed_rows, id=import_id, after=after):
        yield error_lines(header, ((orjson.loads(row["cells"]), _errors(row["errors"])) for row in rows))
        after = rows[-1]["number"]


def _errors(text: str) -> list[RowError]:
    return [RowError(**each) for each in orjson.loads(text)]


def _storable(cell: str) -> str:
    return cell.replace("\0", "").encode(errors="replace").decode()
