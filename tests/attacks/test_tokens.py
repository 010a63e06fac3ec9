"""A9: every token that is not a good one for this very door is refused."""

from tests.attacks import tokens
from tests.attacks.system import System, Tenant


async def test_no_forged_token_opens_a_door(system: System, tenant: Tenant) -> None:
    foreign = await system.new_tenant()

    async with tokens.doors(system, tenant, foreign) as doors:
        result = await tokens.run(doors, 60, 9)

    assert result.held, result
