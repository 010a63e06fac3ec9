"""Who holds a preference link changes what we may send to one person, and nothing else."""

from base64 import urlsafe_b64decode
from typing import Any

import httpx
import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.testing.promises import state
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, ask, decide, states
from tests.contacts_service.preferences.links import FORM, MALEE, OFFERS, a_link


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
