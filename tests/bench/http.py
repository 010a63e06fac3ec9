"""Requests a second and waiting times of the contacts API: bare baseline, service, and service behind the gateway.

The three take turns, load by load, so that whatever else the machine does hits all of them.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter
from urllib.parse import quote
from uuid import UUID, uuid4

import asyncpg

from deploy.local.processes import StartFailed
from shared.auth import Principal, TokenMinter
from tests.bench.contacts import NAMES, new_contact, seed
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.load import Load, Outcome, in_own_process
from tests.bench.plan import Plan

SECTION = "HTTP, contacts"
BASELINE, SERVICE, GATEWAY = "baseline", "service", "gateway"
TITLES = {BASELINE: "bare ASGI + asyncpg", SERVICE: "service", GATEWAY: "through the gateway"}
PATH = "/v1/contacts"


@dataclass(frozen=True, slots=True)
class Target:
    """`token` is asked for before each load: a service's tokens are short-lived."""

    name: str
    port: int
    token: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request. Slow ones need longer loads: `stretch` times the plan's."""

    name: str
    what: str
    paths: list[str]
    bodies: list[str]
    stretch: float = 1


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    targets = _start(ground)
    service = next(each for each in targets if each.name == SERVICE)
    ids = await seed(service.port, service.token(), plan.contacts)
    await _settle(ground)
    kinds = _kinds(ids)
    outcomes: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for kind in kinds:  # reads come first: they see the contacts that were seeded, and no more
        for number in range(plan.rounds):
            for target in _rotated(targets, number):
                outcomes[kind.name, target.name].append(await _apply(kind, target, plan))
    return [each for kind in kinds for each in _figures(kind, targets, outcomes)]


def _start(ground: Ground) -> list[Target]:
    """The API alone, without its worker: the relay is measured elsewhere."""
    bootstrapped = json.loads(
        ground.run("gateway", "bootstrap", "--tenant", "Bench", "--admin-email", "bench@example.com").splitlines()[-1]
    )
    tenant_id = UUID(bootstrapped["tenant_id"])
    minter = TokenMinter(ground.keys.token_private_key)
    principal = Principal(tenant_id, uuid4(), "user", frozenset({"*"}))
    service_port, baseline_port = ground.port + 1, ground.port + 5
    ground.start("contacts", "contacts_service", service_port, "--only", "api")
    ground.start("baseline", "tests.bench.baseline", baseline_port, str(baseline_port), str(tenant_id), ready=False)
    targets = [
        Target(BASELINE, baseline_port, lambda: ""),
        Target(SERVICE, service_port, lambda: minter.mint(principal, "contacts")),
    ]
    try:
        ground.start("gateway", "gateway", ground.port, "--only", "api")
    except StartFailed as error:
        print(f"Without the gateway: {error}")
        return targets
    return [*targets, Target(GATEWAY, ground.port, lambda: str(bootstrapped["api_key"]))]


async def _settle(ground: Ground) -> None:
    """What autovacuum does some minutes after so many contacts came: until then searches take several times as long."""
    owner = await asyncpg.connect(ground.databases["contacts"].owner.replace("+asyncpg", ""))
    for table in ("contacts", "contact_keys", "contact_search"):
        await owner.execute(f"vacuum analyze {table}")
    await owner.close()


def _kinds(ids: Sequence[str]) -> list[Kind]:
    random = Random(1)  # the same requests in every run
    words = [*NAMES, *(str(number) for number in random.sample(range(1000, 9999), 30))]
    one = [json.dumps(new_contact("@@", number), ensure_ascii=False) for number in range(70)]
    many = json.dumps({"items": [{"op": "create", "data": new_contact(f"@@-{n}", n)} for n in range(200)]})
    return [
        Kind("get_one", "GET one", [f"{PATH}/{each}" for each in random.choices(ids, k=500)], []),
        Kind("list_50", "GET list of 50", [PATH], []),
        Kind("search", "GET search by part of a word", [f"{PATH}?q={quote(word)}" for word in words], []),
        Kind("post_one", "POST one", [PATH], one),
        Kind("batch_200", "POST batch of 200", [f"{PATH}/batch"], [many], stretch=2),
    ]


async def _apply(kind: Kind, target: Target, plan: Plan) -> Outcome:
    mark = f"{perf_counter():.6f}-"
    load = Load(
        target.port, target.token(), kind.paths, kind.bodies, plan.connections, plan.load_s * kind.stretch, mark
    )
    outcome = await in_own_process(load)
    if outcome.failures:
        print(f"{kind.name} on {target.name}: not all succeeded: {outcome.failures}")
    return outcome


def _rotated(targets: Sequence[Target], by: int) -> list[Target]:
    start = by % len(targets)
    return [*targets[start:], *targets[:start]]


def _figures(
    kind: Kind, targets: Sequence[Target], outcomes: Mapping[tuple[str, str], Sequence[Outcome]]
) -> list[Figure]:
    figures = []
    bare = outcomes[kind.name, BASELINE]
    for target in targets:
        rounds = outcomes[kind.name, target.name]
        name, what = f"http_{kind.name}_{target.name}", f"{kind.what}, {TITLES[target.name]}"
        if target.name != BASELINE and all(each.per_s for each in bare):
            ratios = [one.per_s / other.per_s for one, other in zip(rounds, bare, strict=True)]
            versus = f"{kind.what}: {TITLES[target.name]} ÷ {TITLES[BASELINE]}, requests/s"
            figures.append(figure(SECTION, f"{name}_ratio", versus, ratios, "×"))
        figures += [
            figure(SECTION, f"{name}_per_s", what, [each.per_s for each in rounds], "requests/s"),
            figure(SECTION, f"{name}_p50_ms", f"{what}, p50", [each.p50_ms for each in rounds], "ms"),
            figure(SECTION, f"{name}_p99_ms", f"{what}, p99", [each.p99_ms for each in rounds], "ms"),
        ]
    return figures
