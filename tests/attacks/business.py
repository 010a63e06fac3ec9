"""What the attacker of tenant walls knows of each business: its people, its records, and so what anyone may see."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from shared.ids import new_id
from tests.attacks.system import System, Tenant

KINDS = ("contacts", "companies", "interactions", "orders")
ROLES = ("admin", "manager", "sales", "viewer")
ADMIN_ONLY = frozenset({"users:write", "api_keys:read", "api_keys:write", "tenant:write"})
MAY: dict[str, frozenset[str]] = {
    "admin": frozenset({"*"}),
    "manager": frozenset({"read", "contacts:write", "interactions:write", "users:read"}),
    "sales": frozenset({"read", "contacts:write", "interactions:write", "users:read"}),
    "viewer": frozenset({"read"}),
}
SERVICE_OF = {"contacts": "contacts", "companies": "contacts", "interactions": "interactions", "orders": "interactions"}


@dataclass
class Record:
    """`keys` are what no other live record of its business may have."""

    kind: str
    id: str
    version: int
    keys: frozenset[str] = frozenset()
    deleted: bool = False


@dataclass
class Business:
    """`marker` stands in every text that it writes. `records` are its own, by id; `named` are ids that it wrote into
    them, of others, too: it may have those back.
    """

    tenant: Tenant
    marker: str
    clients: dict[str, httpx.AsyncClient]
    records: dict[str, Record] = field(default_factory=dict)
    cursors: list[tuple[str, str]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    api_keys: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    @property
    def ids(self) -> Iterator[str]:
        yield from (str(self.tenant.id), *self.records, *self.api_keys, *self.users)

    def live(self, kind: str) -> list[Record]:
        return [each for each in self.records.values() if each.kind == kind and not each.deleted]

    def of(self, kind: str) -> list[Record]:
        return [each for each in self.records.values() if each.kind == kind]

    def has(self, kind: str, key: str) -> Record | None:
        """The live record with that key."""
        return next((each for each in self.live(kind) if key in each.keys), None)


@dataclass(frozen=True)
class Move:
    """Whose turn it is. `others` are whose secrets must not be seen."""

    random: Random
    mine: Business
    others: tuple[Business, ...]
    role: str

    @property
    def client(self) -> httpx.AsyncClient:
        return self.mine.clients[self.role]

    def may(self, action: str) -> bool:
        return bool({"*", action} & MAY[self.role])

    def foreign(self, kind: str) -> Record | None:
        """A record of another business that this one has not, too."""
        found = [each for other in self.others for each in other.of(kind) if each.id not in self.mine.records]
        return self.random.choice(found) if found else None

    def own(self, kind: str) -> Record | None:
        found = self.mine.of(kind)
        return self.random.choice(found) if found else None


async def open_business(system: System, random: Random) -> Business:
    tenant = await system.new_tenant()
    tokens = {role: await system.new_user(tenant, role) for role in ROLES[1:]}
    clients = {role: system.client(token) for role, token in {"admin": tenant.api_key, **tokens}.items()}
    made = Business(tenant, f"{random.getrandbits(64):016x}", clients)
    listed: Any = (await clients["admin"].get("/v1/users")).raise_for_status().json()
    keys: Any = (await clients["admin"].get("/v1/api-keys")).raise_for_status().json()
    made.users = {each["id"] for each in listed["data"]}
    made.api_keys = {each["id"] for each in keys["data"]} | {each["integration_id"] for each in keys["data"]}
    return made


def fresh_id(move: Move, kind: str) -> str | None:
    """Sometimes an id of the client's own: new, or one that another business has. A stranger's id is free here."""
    chance = move.random.random()
    if chance < 0.6:
        return None
    foreign = move.foreign(kind)
    return foreign.id if chance > 0.8 and foreign is not None else str(new_id())


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
