"""The three that are compared: a bare baseline, the service, and the service behind the gateway."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from deploy.local.processes import StartFailed
from shared.auth import Principal, TokenMinter
from tests.bench import seeding
from tests.bench.ground import Ground

BASELINE, SERVICE, GATEWAY = "baseline", "service", "gateway"
TITLES = {BASELINE: "bare ASGI + asyncpg", SERVICE: "service", GATEWAY: "through the gateway"}
BASELINE_OFFSET = 5
"""From the gateway's port, past the services' own."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One that the gateway knows. `title` says which of the twenty it is."""

    title: str
    id: UUID
    api_key: str


@dataclass(frozen=True, slots=True)
class Target:
    """`token` is asked for before each load: a service's tokens are short-lived. `pids` do its work, by name."""

    name: str
    port: int
    token: Callable[[Tenant], str]
    pids: Mapping[str, int]
    more_headers: Mapping[str, str] = field(default_factory=dict)

    def headers(self, tenant: Tenant) -> dict[str, str]:
        token = self.token(tenant)
        return {**self.more_headers, **({"Authorization": f"Bearer {token}"} if token else {})}


@dataclass(frozen=True, slots=True)
class House:
    """Everything is measured on the largest tenant, some things on the smallest, too. `tenants`: all, largest first."""

    largest: Tenant
    smallest: Tenant
    tenants: Sequence[UUID]
    targets: Mapping[str, Target]

    @property
    def front(self) -> Target:
        """As a client meets it: the gateway, if it could be started."""
        return self.targets.get(GATEWAY, self.targets[SERVICE])


def start(ground: Ground, tenants: int) -> House:
    """The APIs alone, without workers: the relay is measured elsewhere."""
    largest, smallest = (_tenant(ground, title) for title in ("largest", "smallest"))
    ids = seeding.tenant_ids(largest.id, smallest.id, tenants)
    return House(largest, smallest, ids, {each.name: each for each in _targets(ground, largest)})


def _tenant(ground: Ground, title: str) -> Tenant:
    arguments = ("bootstrap", "--tenant", f"Bench {title}", "--admin-email", f"{title}@example.com")
    made = json.loads(ground.run("gateway", *arguments).splitlines()[-1])
    return Tenant(title, UUID(made["tenant_id"]), made["api_key"])


def _targets(ground: Ground, largest: Tenant) -> list[Target]:
    mint, port = _minter(ground), ground.port + BASELINE_OFFSET
    service = ground.start("contacts", "contacts_service", ground.port + 1, "--only", "api")
    baseline = ground.start("baseline", "tests.bench.baseline", port, str(port), str(largest.id), ready=False)
    store = {"postgresql": ground.server.pid}
    targets = [
        Target(BASELINE, port, lambda _: "", {BASELINE: baseline.pid, **store}),
        Target(SERVICE, ground.port + 1, mint, {SERVICE: service.pid, **store}),
    ]
    try:
        gateway = ground.start("gateway", "gateway", ground.port, "--only", "api")
    except StartFailed as error:
        print(f"Without the gateway: {error}")
        return targets
    pids = {GATEWAY: gateway.pid, SERVICE: service.pid, **store}
    return [*targets, Target(GATEWAY, ground.port, lambda tenant: tenant.api_key, pids)]


def _minter(ground: Ground) -> Callable[[Tenant], str]:
    minter, actor = TokenMinter(ground.keys.token_private_key), uuid4()
    return lambda tenant: minter.mint(Principal(tenant.id, actor, "user", frozenset({"*"})), "contacts")
