"""Roles and databases: made once, safe to make again, and no role can look past row-level security."""

import asyncio

import asyncpg
import pytest

from deploy.local import postgres
from deploy.local.databases import NAMES, ROLES, Databases, NoPasswordSecret, UnsafeRole, prepare_databases


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(plain(url))


async def execute(url: str, *statements: str) -> None:
    connection = await connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def databases(server: postgres.Server) -> Databases:
    return await prepare_databases(server.superuser_url())


async def test_preparing_again_changes_nothing(server: postgres.Server, databases: Databases) -> None:
    again = await prepare_databases(server.superuser_url())

    assert again == databases


async def test_callers_may_race(server: postgres.Server) -> None:
    prepared = await asyncio.gather(*(prepare_databases(server.superuser_url(), suffix="_race") for _ in range(3)))

    assert prepared[0] == prepared[1] == prepared[2]
    assert prepared[0]["contacts"].app.endswith("/samphan_contacts_race")


async def test_no_role_is_above_row_level_security(server: postgres.Server, databases: Databases) -> None:
    connection = await connect(server.superuser_url())

    rows = await connection.fetch("select * from pg_roles where rolname = any($1)", ROLES)
    await connection.close()

    assert len(rows) == len(ROLES)
    assert not [row for row in rows if row["rolsuper"] or row["rolbypassrls"] or row["rolcreaterole"]]
    assert {row["rolconfig"][0] for row in rows} == {"idle_in_transaction_session_timeout=30s"}


async def test_only_the_owner_creates_tables(databases: Databases) -> None:
    await execute(databases["contacts"].owner, "create table mine (id int)", "drop table mine")

    for url in (databases["contacts"].app, databases["contacts"].system):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(url, "create table theirs (id int)")


async def test_other_roles_may_not_connect(server: postgres.Server, databases: Databases) -> None:
    await execute(server.superuser_url(), "create role stranger login password 'stranger'")

    for name in NAMES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(
                host="127.0.0.1", port=server.port, user="stranger", password="stranger", database=f"samphan_{name}"
            )


async def test_the_app_does_not_reach_the_log(databases: Databases) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(databases["log"].app)


async def test_a_role_that_could_look_past_isolation_is_refused(server: postgres.Server, databases: Databases) -> None:
    await execute(server.superuser_url(), "alter role samphan_app bypassrls")

    with pytest.raises(UnsafeRole, match="samphan_app"):
        await prepare_databases(server.superuser_url())

    await execute(server.superuser_url(), "alter role samphan_app nobypassrls")


async def test_an_admin_without_superuser_is_enough(open_server: postgres.Server) -> None:
    await execute(open_server.superuser_url(), "create role admin login createdb createrole password 'admin'")
    admin_url = f"postgresql://admin:admin@127.0.0.1:{open_server.port}/postgres"

    await prepare_databases(admin_url)
    databases = await prepare_databases(admin_url, suffix="_second")

    await execute(databases["gateway"].owner, "create table mine (id int)")


async def test_without_a_password_a_secret_is_needed(server: postgres.Server) -> None:
    with pytest.raises(NoPasswordSecret):
        await prepare_databases(f"postgresql://postgres@127.0.0.1:{server.port}/postgres")


@pytest.mark.parametrize("role", ["app", "system"])
async def test_silent_clients_do_not_keep_their_locks(databases: Databases, role: str) -> None:
    connection = await connect(getattr(databases["contacts"], role))

    transaction = await connection.fetchval("show transaction_timeout")
    keepalive_s = await connection.fetchval("show tcp_keepalives_idle")

    assert (transaction, keepalive_s) == ("30s", "10")
    await connection.close()
