"""A8: no write takes a field that only the server sets."""

from tests.attacks import assignment
from tests.attacks.state import Observer
from tests.attacks.system import System
from tests.attacks.world import World


async def test_no_write_takes_a_field_of_an_answer(system: System, observer: Observer, world: World) -> None:
    async with system.client(world.tenant.api_key) as client:
        result = await assignment.run(client, observer, world, 40, 8)

    assert result.held, result
    assert result.tried > 4_000


def test_every_object_of_every_body_is_attacked(world: World) -> None:
    assert not assignment.unreached(world)
