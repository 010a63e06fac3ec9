"""All attacks, in the order in which they are tried."""

from contextlib import aclosing
from pathlib import Path

import asyncpg

from deploy.local.databases import LOG, NAMES
from deploy.local.ports import free_port
from tests.attacks import assignment, catalogue, isolation, language, refusals, resources, sight, slow, tenancy, tokens
from tests.attacks.attack import Attack, Result, Tier
from tests.attacks.ground import Ground
from tests.attacks.served import served
from tests.attacks.world import new_world


async def _tenancy(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("tenancy", workers=True) as system:
        return await tenancy.run(system, int(size), seed)


async def _sight(ground: Ground, _: float, seed: int) -> Result:
    async with ground.system("sight", workers=True) as system:
        return await sight.run(system, seed)


async def _isolation(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("attacks") as system, isolation.targets(system.databases) as targets:
        worlds = [await new_world(system) for _ in range(2)]
        return await isolation.run(targets, (worlds[0].tenant.id, worlds[1].tenant.id), int(size), seed)


async def _catalogue(ground: Ground, size: float, seed: int) -> Result:
    result = Result("A3c", seed)
    async with ground.system("attacks") as system:
        for name in (each for each in NAMES if each != LOG):
            owner = await asyncpg.connect(catalogue.plain(system.databases[name].owner))
            result.tried += len(await catalogue.tenant_tables(owner))
            result.holes += [f"{name}: {hole}" for hole in await catalogue.holes(owner)]
            await owner.close()
    return result


async def _language(_: Ground, size: float, seed: int) -> Result:
    return language.run(None, int(size), seed)


async def _assignment(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("attacks") as system:
        world = await new_world(system)
        observer = await ground.observer(system)
        async with system.client(world.tenant.api_key) as client, aclosing(observer):
            return await assignment.run(client, observer, world, int(size), seed)


async def _tokens(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("attacks") as system:
        mine, foreign = await system.new_tenant(), await system.new_tenant()
        async with tokens.doors(system, mine, foreign) as doors:
            return await tokens.run(doors, int(size), seed)


async def _refusals(ground: Ground, size: float, seed: int) -> Result:
    result = Result("A10", seed)
    async with ground.system("attacks") as system:
        observer = await ground.observer(system)
        async with aclosing(observer):
            for number in range(int(size)):
                world = await new_world(system)
                async with refusals.callers(system, world) as callers:
                    one = await refusals.run(callers, observer, world, seed + number)
                result.tried += one.tried
                result.holes += one.holes
                result.figures = one.figures
    return result


async def _resources(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("attacks") as system:
        tenant = await system.new_tenant()
    folder = _folder(ground, "resources")
    async with served(system.databases, ground.keys, folder, ["deploy.local.single"], free_port()) as process:
        return await resources.run(process, tenant.api_key, size, seed)


async def _slow(ground: Ground, size: float, seed: int) -> Result:
    async with ground.system("attacks") as system:
        pass
    command = ["gateway", "--only", "api"]
    async with served(system.databases, ground.keys, _folder(ground, "slow"), command, free_port()) as process:
        return await slow.run(process, int(size), seed)


def _folder(ground: Ground, name: str) -> Path:
    folder = ground.folder / name
    folder.mkdir(exist_ok=True)
    return folder


def _sizes(pr: float, nightly: float) -> dict[Tier, float]:
    return {Tier.PR: pr, Tier.NIGHTLY: nightly}


ATTACKS: tuple[Attack, ...] = (
    Attack("A2", "three tenants, four roles, all operations in any order, against a model",
           "at least 20,000 steps; no foreign id, text, row or count; no role does more than it may",
           _sizes(1_500, 20_000), _tenancy),
    Attack("A3", "SQL as the app's role: no tenant, a wrong one, after errors, rollbacks, on used connections",
           "50,000 queries; foreign rows 0", _sizes(2_000, 50_000), _isolation),
    Attack("A3c", "the catalogue of every service's database",
           "every table with tenant_id forces row-level security; no index, function, right or view goes round it",
           _sizes(1, 1), _catalogue),
    Attack("A4", "filters, sorts, searches, fields and cursors out of damaged input",
           "10^6 inputs; no crash, each at most 50 ms of CPU, SQL constant per shape", _sizes(3_000, 10**6), _language),
    Attack("A8", "fields that only the server sets, in every object of every write's body",
           "0 accepted, stored rows unchanged; one at a time", _sizes(40, 1), _assignment),
    Attack("A9", "forged, stolen, stale and broken tokens at every door", "100 % refused with 401",
           _sizes(60, 2_000), _tokens),
    Attack("A10", "every operation refused in every way, with a hash of all tables before and after",
           "100 % of operations; nothing changed", _sizes(1, 20), _refusals),
    Attack("A11", "bodies, files, forms, texts and archives that cost the sender little",
           "each at most 1 s of CPU, or refused within 2.5; memory bounded; others served",
           _sizes(0.25, 4.5), _resources),
    Attack("A12", "a manager who sees only his own customers, at every operation on others'",
           "100 % of operations; no foreign id or text, nothing changed", _sizes(1, 1), _sight),
    Attack("A11s", "slow and silent clients on many connections",
           "each let go within 25 s; memory bounded; others served", _sizes(50, 500), _slow),
)  # fmt: skip
