"""A3, straight at SQL as the app's role: with no tenant, a wrong one, after errors, rollbacks, on used connections.

In every table of every service lie rows of two businesses; whoever acts for one of them, or for nobody, must meet only
its own. All transactions that write are rolled back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local.databases import LOG, NAMES, Databases
from shared.ids import new_id
from tests.attacks.attack import Result
from tests.attacks.catalogue import plain, tenant_tables

READS = (
    "select tenant_id from {table}",
    "select tenant_id from {table} where tenant_id = $1",
    "select tenant_id from {table} where tenant_id <> $2",
    "select tenant_id from {table} order by tenant_id desc limit 5",
    "select a.tenant_id from {table} a join {table} b on a.tenant_id <> b.tenant_id or b.tenant_id = $1",
    "select (t).tenant_id from (select t from {table} t where t::text like '%' || left($1::uuid::text, 8) || '%') x",
    "select tenant_id from {table} where tenant_id in (select tenant_id from {other} where tenant_id = $1)",
    "select tenant_id from {table} for update",
)
COUNTS = (
    "select count(*) from {table} where tenant_id = $1",
    "select count(*) filter (where tenant_id is distinct from $2) from {table}",
    "with gone as (delete from {table} where tenant_id = $1 returning 1) select count(*) from gone",
    "with kept as (update {table} set tenant_id = $1 where tenant_id = $1 returning 1) select count(*) from kept",
)
HISTORIES = ("commit", "rollback", "error", "savepoint", "nothing")


@dataclass(frozen=True)
class Target:
    """One service's database, with used connections of the app's role."""

    name: str
    connections: list[asyncpg.Connection]
    tables: list[str]


@asynccontextmanager
async def targets(databases: Databases) -> AsyncIterator[list[Target]]:
    made = []
    for name in (each for each in NAMES if each != LOG):
        owner = await asyncpg.connect(plain(databases[name].owner))
        tables = [*await tenant_tables(owner)]
        await owner.close()
        made.append(Target(name, [await asyncpg.connect(plain(databases[name].app)) for _ in range(2)], tables))
    try:
        yield made
    finally:
        for connection in (each for target in made for each in target.connections):
            await connection.close()


async def run(found: list[Target], tenants: tuple[UUID, UUID], size: int, seed: int) -> Result:
    """`size` queries."""
    result = Result("A3", seed)
    random = Random(seed)
    for number in range(size):
        target = random.choice(found)
        connection = random.choice(target.connections)
        me, other = random.sample([*tenants, None], 2)
        attack = random.choices([_query, _write, _definer], weights=[8, 1, 1])[0]
        hole = await _in_transaction(connection, random, me, partial(attack, target, connection, random, me, other))
        result.tried += 1
        result.expect(hole is None, f"query {number} at {target.name} as {me}: {hole}")
        leftover = await connection.fetchval("select nullif(current_setting('app.tenant_id', true), '')")
        result.expect(leftover is None, f"query {number} at {target.name}: {leftover} was left on the connection")
    return result


async def _in_transaction(
    connection: asyncpg.Connection, random: Random, me: UUID | None, act: Callable[[], Awaitable[str | None]]
) -> str | None:
    """As the product does it: the tenant counts for one transaction, however that ends. Before it: some history."""
    await _history(connection, random, me)
    transaction = connection.transaction()
    await transaction.start()
    try:
        if me is not None:
            await connection.execute("select set_config('app.tenant_id', $1, true)", str(me))
        return await act()
    finally:
        await transaction.rollback()


async def _history(connection: asyncpg.Connection, random: Random, me: UUID | None) -> None:
    """What a pooled connection may have been through with another tenant."""
    kind = random.choice(HISTORIES)
    if kind == "nothing":
        return
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select set_config('app.tenant_id', $1, true)", str(new_id()))
    if kind == "savepoint":
        await connection.execute("savepoint s; set local app.tenant_id = ''; rollback to savepoint s")
    if kind == "error":
        with suppress(asyncpg.DivisionByZeroError):
            await connection.execute("select 1 / 0")
    await (transaction.commit() if kind == "commit" else transaction.rollback())


async def _query(
    target: Target, connection: asyncpg.Connection, random: Random, me: UUID | None, other: UUID | None
) -> str | None:
    table = random.choice(target.tables)
    template = random.choice(READS + COUNTS)
    statement = template.format(table=table, other=random.choice(target.tables))
    wanted = {1: other or new_id(), 2: me or new_id()}
    arguments = [value for number, value in wanted.items() if f"${number}" in statement]
    statement = statement.replace("$2", "$1") if "$1" not in statement else statement
    try:
        rows = await connection.fetch(statement, *arguments)
    except asyncpg.InsufficientPrivilegeError:
        return None  # of a ledger, whose rows the app may not change or lock at all
    if template in COUNTS:
        return f"{rows[0][0]} rows by {statement}" if rows[0][0] else None
    foreign = {row[0] for row in rows} - {me}
    return f"rows of {foreign} by {statement}" if foreign else None


async def _write(
    target: Target, connection: asyncpg.Connection, random: Random, me: UUID | None, other: UUID | None
) -> str | None:
    """A row for somebody else, in the one table that every service has."""
    insert = "insert into idempotency_keys (tenant_id, actor_id, route, key, fingerprint) values ($1, $1, $2, 'k', '')"
    try:
        await connection.execute(insert, other or new_id(), f"route {random.random()}")
    except asyncpg.InsufficientPrivilegeError:
        return None
    return f"a row of {other} was written"


async def _definer(
    target: Target, connection: asyncpg.Connection, random: Random, me: UUID | None, other: UUID | None
) -> str | None:
    """Functions that look past the walls answer for exactly the tenant, or the exact name, that they are asked for."""
    asked = other or me or new_id()
    if target.name == "contacts":
        query = "select tenant_id from contacts where id in (select search_contacts($1, $2, $3, $4, $5, $6))"
        grams = random.choice([[], [random.randrange(2**31)]])
        patterns = random.choice([[], ["%"], ["%' or true --%"], ["\\%"]])
        before, most = random.choice([UUID(int=0), UUID(int=2**128 - 1), new_id()]), random.choice([0, 1, 10_000])
        pairs = random.choice([[], ["{1,2}"]])
        rows = await connection.fetch(query, asked, grams, pairs, patterns, before, most)
        seen = {row[0] for row in rows} - {me}
        return f"search_contacts({asked}) showed {seen}" if seen else None
    if target.name == "gateway":
        return await _identity(connection, random, asked)
    return None


async def _identity(connection: asyncpg.Connection, random: Random, asked: UUID) -> str | None:
    odd = random.choice(["%", "", "_" * 12, "' or true --", "a" * 400, "\\"])
    rows: list[Any] = [*await connection.fetch("select tenant_id from api_key_by_key_id($1)", odd)]
    rows += await connection.fetch("select tenant_id from accounts_by_email($1, $2)", odd, asked)
    rows += await connection.fetch("select $1::uuid where origin_is_known($2)", asked, odd)
    rows += await connection.fetch("select x from tenant_by_name($1) x where x is not null", odd)
    mine = await connection.fetch("select tenant_id from accounts_by_email('somchai@example.com', $1)", asked)
    wrong = [row for row in mine if row[0] != asked]
    return f"{odd!r} found {rows + wrong}" if rows or wrong else None
