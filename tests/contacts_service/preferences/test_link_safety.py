"""Who holds a preference link, or has made one up, reaches nothing but what it is for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import httpx
from httpx import AsyncClient

from shared.auth import Principal
from shared.ids import new_id
from shared.testing.promises import state
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, decide, states
from tests.contacts_service.preferences.links import FORM, MALEE, OFFERS, a_link


async def test_a_link_that_was_tampered_with_opens_nothing(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, anybody: AsyncClient
) -> None:
    link = await a_link(client, await a_contact(client))
    other = await a_link(client, await a_contact(client))
    before = await state(service, tenant)
    raw, foreign = urlsafe_b64decode(link["token"]), urlsafe_b64decode(other["token"])
    forged = [
        *(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :] for place in range(len(raw))),
        raw[:16] + foreign[16:32] + raw[32:],
        new_id().bytes + raw[16:],
        raw[:32] + bytes(16),
    ]
    tokens = [*(urlsafe_b64encode(each).decode() for each in forged), "x", "a" * 64, link["token"] + "=", "%00" * 64]

    answers = [await anybody.get(f"/v1/preferences/{token}") for token in tokens]
    answers += [await anybody.post(f"/v1/preferences/{token}", data=FORM) for token in tokens]

    assert {each.status_code for each in answers} <= {404, 422}
    assert not any(each.is_success for each in answers)
    assert await state(service, tenant) == before


async def test_a_link_reaches_its_own_contact_only(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, anybody: AsyncClient
) -> None:
    mine, other = await a_contact(client), await a_contact(client)
    await decide(client, other, "given")
    async with service.client(service.tenant()) as stranger:
        foreign = (await stranger.post("/v1/topics", json=OFFERS)).json()["id"]
    link = await a_link(client, mine)

    named = await anybody.put(link["path"], json={"contact_id": other, "unsubscribe_from_all": True})
    of_a_stranger = await anybody.put(link["path"], json={"topics": [{"topic_id": foreign, "subscribed": True}]})
    await anybody.post(link["path"], data=FORM)

    assert (named.status_code, of_a_stranger.status_code) == (422, 422)
    assert await states(client, other) == {("marketing", "email"): "given"}


async def test_a_link_is_revoked_by_its_own_tenant_and_contact_only(
    service: ServiceUnderTest, client: AsyncClient
) -> None:
    mine, other = await a_contact(client), await a_contact(client)
    link = await a_link(client, mine)

    async with service.client(service.tenant()) as stranger:
        by_a_stranger = await stranger.delete(f"/v1/contacts/{mine}/preference-links/{link['id']}")
    by_the_other = await client.delete(f"/v1/contacts/{other}/preference-links/{link['id']}")

    assert (by_a_stranger.status_code, by_the_other.status_code) == (404, 404)
    [listed] = (await client.get(f"/v1/contacts/{mine}/preference-links")).json()["data"]
    assert listed["revoked_at"] is None
    assert "token" not in listed


async def test_a_caller_of_the_public_reaches_nothing_else(client: AsyncClient, anybody: AsyncClient) -> None:
    contact_id = await a_contact(client)

    for path in ("/v1/contacts", f"/v1/contacts/{contact_id}", f"/v1/contacts/{contact_id}/consents", "/v1/topics"):
        assert (await anybody.get(path)).status_code == 403


async def test_a_signed_in_caller_of_another_tenant_gets_no_more_by_it(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    """The link says whose data it is, not the caller's own tenant."""
    link = await a_link(client, await a_contact(client, **MALEE))
    caller = Principal(new_id(), new_id(), "user", frozenset({"*"}))
    transport = httpx.ASGITransport(service.app)
    headers = {"Authorization": f"Bearer {service.minter.mint(caller, 'contacts')}"}

    async with AsyncClient(transport=transport, base_url="http://service", headers=headers) as other:
        answer = await other.get(link["path"])

    assert answer.json()["contact"]["email"] == "m***@example.com"
