"""Where a text stands in a whole installation: every column of every table, every file."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local.databases import NAMES, Databases
from tests.attacks.catalogue import plain

TABLES = """
select c.oid::regclass::text as name, array(
  select quote_ident(attname) from pg_attribute where attrelid = c.oid and atttypid = 'bytea'::regtype and attnum > 0
    and not attisdropped
) as binary from pg_class c where c.relkind in ('r', 'p', 'm') and c.relnamespace = 'public'::regnamespace
"""


async def tables_with(databases: Databases, admin_url: str, text: str) -> dict[str, int]:
    """Rows by `database.table`. As the server's superuser, who sees all."""
    found: dict[str, int] = {}
    for name in NAMES:
        database = urlsplit(databases[name].owner).path
        connection = await asyncpg.connect(plain(urlsplit(admin_url)._replace(path=database).geturl()))
        try:
            found |= {f"{name}.{table}": rows for table, rows in (await _rows_with(connection, text)).items()}
        finally:
            await connection.close()
    return found


async def _rows_with(connection: asyncpg.Connection, text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in await connection.fetch(TABLES):
        binary = "".join(f" or position($2 in {column}) > 0" for column in table["binary"])
        query = f"select count(*) from {table['name']} t where strpos(lower(t::text), $1) > 0{binary}"
        given = [text, text.encode()] if binary else [text]
        if rows := await connection.fetchval(query, *given):
            found[table["name"]] = rows
    return found


def files_with(folder: Path, text: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes().lower()]
