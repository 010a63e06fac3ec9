"""The state of a whole installation as one figure a table, to see whether a request changed anything at all."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local.databases import LOG, NAMES, Databases
from tests.attacks.catalogue import plain

TABLES = """
  select c.oid::regclass::text as name from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1
"""
TIMES_OF_USE = {"api_keys": "to_jsonb(t) - 'last_used_at' - 'sync_xid'"}
"""The gateway writes once a minute when keys were last used: of good requests, too, so of no interest here."""

State = dict[str, tuple[int, int]]


class Observer:
    """Sees all rows: it connects as the server's superuser. Rates and sign-ins a minute are in memory, in no table."""

    def __init__(self, connections: dict[str, asyncpg.Connection], files: Path) -> None:
        self._connections = connections
        self._files = files
        self._queries: dict[str, str] = {}

    @classmethod
    async def of(cls, databases: Databases, admin_url: str, files: Path) -> "Observer":
        names = [name for name in NAMES if name != LOG]
        return cls({name: await _connect(databases[name].owner, admin_url) for name in names}, files)

    async def aclose(self) -> None:
        for connection in self._connections.values():
            await connection.close()

    async def state(self) -> State:
        """Number and hash of the rows of each table, and of the files of imports."""
        found: State = {"files": _files(self._files)}
        for name, connection in self._connections.items():
            rows = await connection.fetch(await self._query(name, connection))
            found |= {f"{name}.{row['name']}": (row["rows"], int(row["hash"])) for row in rows}
        return found

    async def _query(self, name: str, connection: asyncpg.Connection) -> str:
        if name not in self._queries:
            tables = [row["name"] for row in await connection.fetch(TABLES)]
            self._queries[name] = " union all ".join(map(_figures, tables))
        return self._queries[name]


def changed(before: State, after: State) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _figures(table: str) -> str:
    row = TIMES_OF_USE.get(table, "t")
    hashed = f"coalesce(sum(hashtextextended(({row})::text, 0)), 0)"
    return f"select '{table}' as name, count(*) as rows, {hashed} as hash from {table} t"


def _files(folder: Path) -> tuple[int, int]:
    files = sorted((str(file), file.stat().st_size) for file in folder.rglob("*") if file.is_file())
    return len(files), hash(tuple(files))


async def _connect(owner_url: str, admin_url: str) -> asyncpg.Connection:
    database = urlsplit(owner_url).path
    return await asyncpg.connect(plain(urlsplit(admin_url)._replace(path=database).geturl()))
