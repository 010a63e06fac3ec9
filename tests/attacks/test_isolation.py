"""A3: straight at SQL as the app's role, nobody meets a row of another business."""

import asyncpg

from tests.attacks import isolation
from tests.attacks.catalogue import plain
from tests.attacks.system import System
from tests.attacks.world import World, new_world


async def test_no_query_meets_a_foreign_row(system: System, world: World) -> None:
    other = await new_world(system)

    async with isolation.targets(system.databases) as targets:
        result = await isolation.run(targets, (world.tenant.id, other.tenant.id), 2_000, 3)

    assert result.held, result


async def test_without_the_wall_the_same_queries_meet_foreign_rows(system: System, world: World) -> None:
    other = await new_world(system)
    owner = await asyncpg.connect(plain(system.databases["contacts"].owner))
    await owner.execute("alter table contacts disable row level security")

    try:
        async with isolation.targets(system.databases) as targets:
            contacts = [target for target in targets if target.name == "contacts"]
            result = await isolation.run(contacts, (world.tenant.id, other.tenant.id), 200, 3)
    finally:
        await owner.execute("alter table contacts enable row level security")
        await owner.close()

    assert len(result.holes) > 3
