"""The roles and databases of all services on one PostgreSQL server (15 to 18), ours or a given one."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

OWNER, APP, SYSTEM = ROLES = ("samphan_owner", "samphan_app", "samphan_system")
LOG = "log"
NAMES = ("contacts", "interactions", "campaigns", "analytics", "gateway", LOG)
IDLE_IN_TRANSACTION_TIMEOUT = "30s"
TRANSACTION_TIMEOUT = "30s"
KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
LOCK = 5_346_712_289_001
LOCALE = "encoding 'UTF8' locale_provider libc lc_collate 'C' lc_ctype 'C.UTF-8'"


class UnsafeRole(RuntimeError):
    """A role of ours exists with rights that would switch row-level security off."""


class NoPasswordSecret(ValueError):
    """Nothing is there to derive the roles' passwords from."""


@dataclass(frozen=True)
class Urls:
    """`postgresql+asyncpg://` URLs of one database, by role."""

    app: str
    system: str
    owner: str


@dataclass(frozen=True)
class Databases:
    """The databases by short name (`contacts`, ..., `gateway`, `log`)."""

    by_name: Mapping[str, Urls]

    def __getitem__(self, name: str) -> Urls:
        return self.by_name[name]


def prepare(admin_url: str, *, suffix: str = "", secret: str | None = None) -> Databases:
    """`prepare_databases` for callers without an event loop."""
    return asyncio.run(prepare_databases(admin_url, suffix=suffix, secret=secret))


async def prepare_databases(admin_url: str, *, suffix: str = "", secret: str | None = None) -> Databases:
    """Makes what is missing; several callers may race. The admin needs CREATEDB and CREATEROLE, not superuser.

    `suffix` is added to the names of databases, not of roles. The roles' passwords are derived from `secret`, by
    default the admin's password, so that all callers agree. Raises UnsafeRole, NoPasswordSecret, PostgresError.
    """
    passwords = _passwords(admin_url, secret)
    urls = {name: _urls(admin_url, f"samphan_{name}{suffix}", passwords) for name in NAMES}
    admin = await asyncpg.connect(_plain(admin_url))
    try:
        await admin.execute("select pg_advisory_lock($1)", LOCK)
        await _prepare_roles(admin, passwords)
        await _create_missing(admin, [f"samphan_{name}{suffix}" for name in NAMES])
        for name, url in urls.items():
            await _close_to_others(url.owner, f"samphan_{name}{suffix}", [SYSTEM] if name == LOG else [APP, SYSTEM])
    finally:
        await admin.close()
    return Databases(urls)


async def _prepare_roles(admin: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    existing = {row["rolname"] for row in await admin.fetch("select rolname from pg_roles")}
    for role in ROLES:
        verb = "alter" if role in existing else "create"
        await admin.execute(f"{verb} role {role} login password '{passwords[role]}'")
        await admin.execute(
            f"alter role {role} set idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_TIMEOUT}'"
        )
    for role in (APP, SYSTEM):
        await _let_go_of_silent_clients(admin, role)
    await _refuse_unsafe_roles(admin)
    await _let_admin_give_to_owner(admin)


async def _let_go_of_silent_clients(admin: asyncpg.Connection, role: str) -> None:
    """A client that is gone without a word must not keep its locks. Between two messages of a statement its session is
    not "idle in transaction": PostgreSQL 17 and later bound the transaction, all others need keepalives to know.
    """
    settings = dict(KEEPALIVES)
    if admin.get_server_version().major >= 17:
        settings["transaction_timeout"] = TRANSACTION_TIMEOUT
    for name, value in settings.items():
        await admin.execute(f"alter role {role} set {name} = '{value}'")


async def _refuse_unsafe_roles(admin: asyncpg.Connection) -> None:
    unsafe = await admin.fetchval(
        """
        select string_agg(rolname, ', ' order by rolname) from pg_roles
        where rolname = any($1) and (rolsuper or rolbypassrls or rolcreaterole or rolreplication)
           or rolname = any($2) and pg_has_role(rolname, $3, 'member')
        """,
        ROLES,
        (APP, SYSTEM),
        OWNER,
    )
    if unsafe is not None:
        raise UnsafeRole(
            f"Take superuser, bypassrls, createrole, replication and membership of {OWNER} from: {unsafe}."
        )


async def _let_admin_give_to_owner(admin: asyncpg.Connection) -> None:
    """To create a database for a role, one must be able to become it: since PostgreSQL 16 not even its creator is."""
    if await admin.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        return
    option = " with set true, inherit false" if admin.get_server_version().major >= 16 else ""
    await admin.execute(f"grant {OWNER} to current_user{option}")


async def _create_missing(admin: asyncpg.Connection, databases: list[str]) -> None:
    existing = {row["datname"] for row in await admin.fetch("select datname from pg_database")}
    for database in databases:
        if database in existing:
            continue
        try:
            await admin.execute(f'create database "{database}" owner {OWNER} template template0 {LOCALE}')
        except (asyncpg.InvalidParameterValueError, asyncpg.WrongObjectTypeError):
            await admin.execute(f"create database \"{database}\" owner {OWNER} template template0 encoding 'UTF8'")


async def _close_to_others(owner_url: str, database: str, users: list[str]) -> None:
    """Only our roles may connect, only the owner may create. What else each may do is the migrations' affair."""
    owner = await asyncpg.connect(_plain(owner_url))
    try:
        await owner.execute(
            f'revoke create on schema public from public; revoke all on database "{database}" from public;'
            f'grant connect on database "{database}" to {", ".join(users)}'
        )
    finally:
        await owner.close()


def _passwords(admin_url: str, secret: str | None) -> dict[str, str]:
    key = secret or unquote(urlsplit(admin_url).password or "")
    if not key:
        raise NoPasswordSecret("The database URL has no password: pass a secret for the passwords of the roles.")
    return {role: hmac.new(key.encode(), role.encode(), hashlib.sha256).hexdigest() for role in ROLES}


def _urls(admin_url: str, database: str, passwords: Mapping[str, str]) -> Urls:
    return Urls(
        **{
            field: _as_role(admin_url, role, passwords[role], database)
            for field, role in (("app", APP), ("system", SYSTEM), ("owner", OWNER))
        }
    )


def _as_role(admin_url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(admin_url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(("postgresql+asyncpg", f"{role}:{password}@{address}", "/" + quote(database), parts.query, ""))


def _plain(url: str) -> str:
    """As asyncpg itself wants it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
