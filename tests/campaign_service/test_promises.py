from shared.testing.promises import unlocked_tables
from shared.testing.services import ServiceUnderTest


async def test_every_table_is_locked_to_its_tenant(service: ServiceUnderTest) -> None:
    assert await unlocked_tables(service) == []
