"""A person who is erased is not contacted again, though nobody knows any more who it was."""

from uuid import UUID

from httpx import AsyncClient

from contacts_service.consents.erasing import erase_consents
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, ask, decide, states


async def erase(service: ServiceUnderTest, tenant: Tenant, contact_id: str) -> int:
    async with service.database.transaction(tenant.context) as session:
        return await erase_consents(session, service.app.state.digests, [UUID(contact_id)])


async def test_opt_outs_outlive_the_person(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client, email="malee@example.com", phone="081-234-5678")
    await decide(client, contact_id, "withdrawn", purpose="research", channel="email")
    await decide(client, contact_id, "given", purpose="profiling", channel="email")
    await client.put(f"/v1/contacts/{contact_id}/do-not-contact/sms", json={})
    await client.delete(f"/v1/contacts/{contact_id}")

    erased = await erase(service, tenant, contact_id)

    again = await a_contact(client, email="malee@example.com", phone="081-234-5678")
    assert erased == 3
    assert await tenant.count("consent_decisions") == 0
    assert await ask(client, again, "email", "research") == ["address_suppressed"]
    assert await ask(client, again, "email", "service") == []
    assert await ask(client, again, "sms", "service") == ["address_suppressed"]
    kept = (await client.get("/v1/suppressed-addresses")).json()["data"]
    assert {each["contact_id"] for each in kept} == {None}


async def test_nobody_elses_consents_go(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient) -> None:
    kept, gone = await a_contact(client), await a_contact(client)
    for contact_id in (kept, gone):
        await decide(client, contact_id, "given")

    await erase(service, tenant, gone)

    assert (len(await states(client, kept)), len(await states(client, gone))) == (1, 0)


async def test_addresses_that_a_person_had_before_stay_suppressed(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    first, second = [await a_contact(client, phone="081-234-5678") for _ in range(2)]
    await client.patch(f"/v1/contacts/{first}", json={"email": "old@example.com"})
    for contact_id in (first, second):
        await client.put(f"/v1/contacts/{contact_id}/do-not-contact/all", json={})
    await client.patch(f"/v1/contacts/{first}", json={"email": "new@example.com"})
    await client.put(f"/v1/contacts/{first}/do-not-contact/post", json={})
    async with service.database.transaction(tenant.context) as session:
        await erase_consents(session, service.app.state.digests, [UUID(first), UUID(second)])

    again = [await a_contact(client, email=f"{name}@example.com") for name in ("old", "other")]

    assert await ask(client, again[0], "email", "service") == ["address_suppressed"]
    assert await ask(client, again[1], "email", "service") == []
    kept = (await client.get("/v1/suppressed-addresses")).json()["data"]
    assert {each["contact_id"] for each in kept} == {None}
