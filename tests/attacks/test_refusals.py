"""A10: no operation writes before it has authorised, checked and compared."""

from tests.attacks import refusals
from tests.attacks.state import Observer, changed
from tests.attacks.system import System
from tests.attacks.world import new_world


async def test_who_is_refused_has_changed_nothing(system: System, observer: Observer) -> None:
    world = await new_world(system)

    async with refusals.callers(system, world) as callers:
        result = await refusals.run(callers, observer, world, 10)

    assert result.held, result
    assert result.tried > 400


async def test_the_observer_sees_one_changed_field(system: System, observer: Observer) -> None:
    world = await new_world(system)
    before = await observer.state()

    async with system.client(world.tenant.api_key) as client:
        await client.patch(f"/v1/contacts/{world.contact_id}", json={"nickname": "ชาย"})

    assert changed(before, await observer.state()) == [
        "contacts.contacts",
        "contacts.outbox",
        "contacts.record_changes",
    ]
