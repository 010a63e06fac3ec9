"""Who holds a preference link changes what we may send to one person, and nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.auth import Principal
from shared.auth.principal import ANYBODY
from shared.ids import new_id
from shared.testing.promises import state
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, ask, decide, states

OFFERS: dict[str, Any] = {"key": "offers", "name_th": "โปรโมชัน", "name_en": "Offers"}
MALEE: dict[str, Any] = {"email": "malee@example.com", "phone": "081-234-5678"}
FORM = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def anybody(service: ServiceUnderTest) -> AsyncIterator[AsyncClient]:
    """As the gateway lets callers without a credential through."""
    token = service.minter.mint(ANYBODY, "contacts")
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        yield client


async def a_link(client: AsyncClient, contact_id: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/contacts/{contact_id}/preference-links", json=body)
    made: dict[str, Any] = answer.raise_for_status().json()
    return made


async def test_a_link_shows_its_owners_preferences_in_the_readers_language(
    client: AsyncClient, anybody: AsyncClient
) -> None:
    await client.post("/v1/topics", json=OFFERS)
    await client.post("/v1/consent-purposes/marketing/texts", json={"text_th": "ยินยอม", "text_en": "I agree"})
    contact_id = await a_contact(client, **MALEE)
    await decide(client, contact_id, "given")
    link = await a_link(client, contact_id)

    thai = await anybody.get(link["path"], headers={"Accept-Language": "th-TH,th;q=0.9"})
    english = await anybody.get(link["path"], headers={"Accept-Language": "en"})

    assert (thai.headers["content-language"], english.headers["content-language"]) == ("th", "en")
    shown = english.json()
    assert shown["contact"] == {"email": "m***@example.com", "phone": "***5678"}
    assert [(each["purpose"], each["text"]) for each in shown["purposes"]] == [
        ("marketing", "I agree"), ("profiling", None), ("research", None), ("third_party", None),
    ]  # fmt: skip
    assert shown["purposes"][0]["channels"] == [{"channel": "email", "state": "given"}]
    assert [each["name"] for each in thai.json()["topics"]] == ["โปรโมชัน"]
    assert thai.json()["purposes"][0]["text"] == "ยินยอม"


async def test_a_link_tells_nothing_of_its_owner_by_itself(client: AsyncClient, tenant: Tenant) -> None:
    contact_id = await a_contact(client, **MALEE)

    link = await a_link(client, contact_id)

    raw = urlsafe_b64decode(link["token"])
    assert link["path"] == f"/v1/preferences/{link['token']}"
    assert raw[:16] == tenant.id.bytes
    assert b"malee" not in raw
    assert bytes.fromhex(contact_id.replace("-", "")) not in raw


async def test_its_owner_changes_consents_and_topics(client: AsyncClient, anybody: AsyncClient) -> None:
    topic_id = (await client.post("/v1/topics", json=OFFERS)).json()["id"]
    contact_id = await a_contact(client)
    link = await a_link(client, contact_id)
    body = {
        "consents": [{"purpose": "marketing", "channel": "email", "decision": "given"}],
        "topics": [{"topic_id": topic_id, "subscribed": True, "frequency": "monthly"}],
    }

    answer = await anybody.put(link["path"], json=body)

    assert answer.status_code == 204
    [row] = (await client.get(f"/v1/contacts/{contact_id}/consents")).json()["data"]
    assert row.items() >= {
        "state": "given", "source": "preference_link", "evidence": f"preference link {link['id']}", "recorded_by": None,
    }.items()  # fmt: skip
    [topic] = (await client.get(f"/v1/contacts/{contact_id}/subscriptions")).json()["data"]
    assert (topic["subscribed"], topic["frequency"], topic["source"]) == (True, "monthly", "preference_link")


@pytest.mark.parametrize("form", [{"data": FORM}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {}])
async def test_one_click_unsubscribes_from_everything_that_is_left_to_choice(
    client: AsyncClient, anybody: AsyncClient, form: dict[str, Any]
) -> None:
    topic_id = (await client.post("/v1/topics", json={**OFFERS, "subscribed_by_default": True})).json()["id"]
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given")
    await decide(client, contact_id, "given", purpose="service")
    link = await a_link(client, contact_id)

    answer = await anybody.post(link["path"], **form)

    assert answer.status_code == 204
    found = await states(client, contact_id)
    assert found.pop(("service", "email")) == "given"
    assert set(found.values()) == {"withdrawn"}
    [topic] = (await client.get(f"/v1/contacts/{contact_id}/subscriptions")).json()["data"]
    assert (topic["topic_id"], topic["subscribed"]) == (topic_id, False)


async def test_one_click_of_a_topics_link_ends_that_topic_only(client: AsyncClient, anybody: AsyncClient) -> None:
    topics = [
        (await client.post("/v1/topics", json={**OFFERS, "key": key, "subscribed_by_default": True})).json()["id"]
        for key in ("a", "b")
    ]
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given")
    link = await a_link(client, contact_id, topic_id=topics[0])

    await anybody.post(link["path"], data=FORM)

    found = (await client.get(f"/v1/contacts/{contact_id}/subscriptions")).json()["data"]
    assert [each["subscribed"] for each in found] == [False, True]
    assert await states(client, contact_id) == {("marketing", "email"): "given"}


async def test_unsubscribing_again_adds_nothing(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, anybody: AsyncClient
) -> None:
    link = await a_link(client, await a_contact(client))
    await anybody.post(link["path"], data=FORM)
    before = await state(service, tenant)

    answers = [
        await anybody.post(link["path"], data=FORM),
        await anybody.put(link["path"], json={"unsubscribe_from_all": True}),
    ]

    assert [each.status_code for each in answers] == [204, 204]
    assert await state(service, tenant) == before


async def test_looking_changes_nothing(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, anybody: AsyncClient
) -> None:
    contact_id = await a_contact(client, **MALEE)
    await decide(client, contact_id, "given")
    link = await a_link(client, contact_id)
    before = await state(service, tenant)

    answers = [await anybody.get(link["path"]) for _ in range(2)]

    assert {each.status_code for each in answers} == {200}
    assert await state(service, tenant) == before


async def test_what_is_meant_for_put_does_not_unsubscribe(client: AsyncClient, anybody: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given")
    link = await a_link(client, contact_id)

    answer = await anybody.post(link["path"], json={"topics": []})

    assert (answer.status_code, answer.json()["code"]) == (422, "not_one_click")
    assert await states(client, contact_id) == {("marketing", "email"): "given"}


async def test_a_deleted_contact_may_still_opt_out(client: AsyncClient, anybody: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given")
    link = await a_link(client, contact_id)
    await client.delete(f"/v1/contacts/{contact_id}")

    answer = await anybody.post(link["path"], data=FORM)

    await client.post(f"/v1/contacts/{contact_id}/restore")
    assert answer.status_code == 204
    assert set((await states(client, contact_id)).values()) == {"withdrawn"}


async def test_a_revoked_link_is_gone_at_once(client: AsyncClient, anybody: AsyncClient) -> None:
    contact_id = await a_contact(client)
    link, other = await a_link(client, contact_id), await a_link(client, contact_id)

    revoked = await client.delete(f"/v1/contacts/{contact_id}/preference-links/{link['id']}")

    assert revoked.status_code == 204
    assert [each.status_code for each in await in_every_way(anybody, link["path"])] == [410, 410, 410]
    assert (await anybody.get(other["path"])).status_code == 200


async def test_an_expired_link_is_gone(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, anybody: AsyncClient
) -> None:
    link = await a_link(client, await a_contact(client))
    async with service.database.transaction(tenant.context) as session:
        await session.execute(text("update preference_links set expires_at = now() - interval '1 s'"))

    answers = await in_every_way(anybody, link["path"])

    assert [each.status_code for each in answers] == [410, 410, 410]
    assert {each.json()["code"] for each in answers} == {"preference_link_ended"}


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


async def in_every_way(client: AsyncClient, path: str) -> list[httpx.Response]:
    return [await client.get(path), await client.put(path, json={}), await client.post(path, data=FORM)]


async def test_who_closes_a_channel_by_link_after_the_deletion_leaves_the_address_closed(
    client: AsyncClient, anybody: AsyncClient
) -> None:
    contact_id = await a_contact(client, **MALEE)
    await client.put(f"/v1/contacts/{contact_id}/do-not-contact/email", json={})
    link = await a_link(client, contact_id)
    await client.delete(f"/v1/contacts/{contact_id}")

    closing = {"purpose": "do_not_contact", "channel": "sms", "decision": "withdrawn"}
    await anybody.put(link["path"], json={"consents": [closing]})

    again = await a_contact(client, **MALEE)
    assert await ask(client, again, "email", "service") == ["address_suppressed"]
