import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.promises import sights_of_a_stranger, unlocked_tables, writes_without_the_scope
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


@pytest.fixture
async def ids(client: AsyncClient) -> dict[str, str]:
    contact_id = str(new_id())
    call = {"contact_id": contact_id, "kind": "call", "direction": "inbound", "subject": "ราคา"}
    order = {
        "contact_id": contact_id,
        "source": "shop",
        "number": "A-1",
        "placed_at": "2026-01-01T10:00:00Z",
        "total": {"amount": "10.00", "currency": "THB"},
    }
    interaction = await client.post("/v1/interactions", json=call)
    placed = await client.post("/v1/orders", json=order)
    assert (interaction.status_code, placed.status_code) == (201, 201), (interaction.text, placed.text)
    return {"interaction_id": interaction.json()["id"], "order_id": placed.json()["id"]}


async def test_every_table_is_locked_to_its_tenant(service: ServiceUnderTest) -> None:
    assert await unlocked_tables(service) == []


async def test_a_refused_write_changes_nothing(service: ServiceUnderTest, tenant: Tenant, ids: dict[str, str]) -> None:
    assert await writes_without_the_scope(service, tenant, ids) == []


async def test_no_endpoint_shows_or_changes_another_tenants_records(
    service: ServiceUnderTest, tenant: Tenant, ids: dict[str, str]
) -> None:
    assert await sights_of_a_stranger(service, tenant, ids) == []
