"""Many records in one statement: rows travel as one JSON document, and the table's own row type reads them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.statement import Statement


async def insert_rows(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows have the keys of the first. Values are JSON-ready or known to orjson (UUID, datetime, date)."""
    if rows:
        await insert_into(table, tuple(rows[0])).run(session, {"rows": document(rows)})


async def update_rows(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Sets all columns of the rows' keys where `id` and the row's old `version` still hold, and counts `version` up.

    Returns the ids that were updated. All rows have the keys of the first, `tenant_id`, `id` and `version` among them.
    """
    if not rows:
        return set()
    stored = await update_of(table, tuple(rows[0])).run(session, {"rows": document(rows)})
    return {row["id"] for row in stored}


@lru_cache(maxsize=256)
def insert_into(table: Table, names: tuple[str, ...]) -> Statement:
    """Takes `rows`, a `document`."""
    columns = ", ".join(names)
    return Statement(f"insert into {table.name} ({columns}) select {columns} from {_rows_of(table)}")  # noqa: S608 - our own names


def document(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()


@lru_cache(maxsize=256)
def update_of(table: Table, names: tuple[str, ...]) -> Statement:
    """Takes `rows`, a `document`. Gives the ids of those that it found at their version."""
    changes = ", ".join(f"{name} = new.{name}" for name in names if name not in ("tenant_id", "id", "version"))
    return Statement(  # the names are our own
        f"update {table.name} old set version = old.version + 1, {changes} from {_rows_of(table)} new"  # noqa: S608
        " where old.tenant_id = new.tenant_id and old.id = new.id and old.version = new.version returning old.id"
    )


def _rows_of(table: Table) -> str:
    return f"jsonb_populate_recordset(cast(null as {table.name}), cast(:rows as jsonb))"
