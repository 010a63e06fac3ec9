import pytest
from httpx import AsyncClient

from shared.testing.promises import sights_of_a_stranger, unlocked_tables, writes_without_the_scope
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


@pytest.fixture
async def ids(client: AsyncClient) -> dict[str, str]:
    company = await client.post("/v1/companies", json={"name": "ร้านทดสอบ"})
    contact = await client.put(
        "/v1/contacts/by-external-id/shop/A-1",
        json={"full_name": "สมชาย ใจดี", "email": "somchai@example.com", "company_id": company.json()["id"]},
    )
    about = f"/v1/contacts/{contact.json()['id']}"
    partner = {"kind": "partner", "company_id": company.json()["id"]}
    relationship = await client.post(f"{about}/relationships", json=partner)
    trait = await client.post(f"{about}/traits", json={"kind": "interest", "name": "กาแฟ", "source": "call"})
    others = {"relationship_id": relationship.json()["id"], "trait_id": trait.json()["id"]}
    return others | {"contact_id": contact.json()["id"], "company_id": company.json()["id"]}


async def test_every_table_is_locked_to_its_tenant(service: ServiceUnderTest) -> None:
    assert await unlocked_tables(service) == []


async def test_a_refused_write_changes_nothing(service: ServiceUnderTest, tenant: Tenant, ids: dict[str, str]) -> None:
    assert await writes_without_the_scope(service, tenant, ids) == []


async def test_no_endpoint_shows_or_changes_another_tenants_records(
    service: ServiceUnderTest, tenant: Tenant, ids: dict[str, str]
) -> None:
    assert await sights_of_a_stranger(service, tenant, ids) == []
