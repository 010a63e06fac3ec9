"""Many records in one statement: rows travel as one JSON document, and the table's own row type reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession


async def insert_rows(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows have the keys of the first. Values are JSON-ready or known to orjson (UUID, datetime, date)."""
    if rows:
        names = ", ".join(rows[0])
        statement = f"insert into {table.name} ({names}) select {names} from {_rows_of(table)}"  # noqa: S608 - our own names
        await session.execute(text(statement), {"rows": _document(rows)})


async def update_rows(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Sets all columns of the rows' keys where `id` and the row's old `version` still hold, and counts `version` up.

    Returns the ids that were updated. All rows have the keys of the first, `tenant_id`, `id` and `version` among them.
    """
    if not rows:
        return set()
    changes = ", ".join(f"{name} = new.{name}" for name in rows[0] if name not in ("tenant_id", "id", "version"))
    statement = (  # the names are our own
        f"update {table.name} old set version = old.version + 1, {changes} from {_rows_of(table)} new"  # noqa: S608
        " where old.tenant_id = new.tenant_id and old.id = new.id and old.version = new.version returning old.id"
    )
    result = await session.execute(text(statement), {"rows": _document(rows)})
    return set(result.scalars())


def _rows_of(table: Table) -> str:
    return f"jsonb_populate_recordset(cast(null as {table.name}), cast(:rows as jsonb))"


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()
