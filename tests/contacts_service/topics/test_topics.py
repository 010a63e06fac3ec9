"""What people choose to hear about, how often, and when not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import AsyncClient, Response

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, decide

OFFERS: dict[str, Any] = {"key": "offers", "name_th": "โปรโมชัน", "name_en": "Offers", "frequency": "weekly"}


async def a_topic(client: AsyncClient, **more: Any) -> str:
    answer = await client.post("/v1/topics", json={**OFFERS, **more})
    return str(answer.raise_for_status().json()["id"])


async def choose(client: AsyncClient, contact_id: str, topic_id: str, **body: Any) -> Response:
    return await client.put(f"/v1/contacts/{contact_id}/subscriptions/{topic_id}", json=body)


async def chosen(client: AsyncClient, contact_id: str) -> Any:
    return (await client.get(f"/v1/contacts/{contact_id}/subscriptions")).raise_for_status().json()["data"]


async def subscribers(client: AsyncClient, topic_id: str, limit: int = 2) -> list[str]:
    seen: list[str] = []
    params: dict[str, Any] = {"limit": limit}
    while True:
        page = (await client.get(f"/v1/topics/{topic_id}/subscribers", params=params)).raise_for_status().json()
        seen += [row["contact_id"] for row in page["data"]]
        if page["next_cursor"] is None:
            return seen
        params["cursor"] = page["next_cursor"]


async def test_who_has_not_chosen_is_as_the_topic_says(client: AsyncClient) -> None:
    await a_topic(client)
    await a_topic(client, key="safety", subscribed_by_default=True)

    found = await chosen(client, await a_contact(client))

    assert [(each["topic_key"], each["subscribed"], each["is_default"]) for each in found] == [
        ("offers", False, True), ("safety", True, True),
    ]  # fmt: skip
    assert {each["frequency"] for each in found} == {"weekly"}


async def test_a_choice_says_how_often_and_until_when_not(tenant: Tenant, client: AsyncClient) -> None:
    topic_id, contact_id = await a_topic(client), await a_contact(client)
    until = "2027-01-01T00:00:00.000Z"

    answer = await choose(
        client, contact_id, topic_id, subscribed=True, frequency="monthly", paused_until=until, source="web_form"
    )

    [found] = await chosen(client, contact_id)
    assert answer.status_code == 204
    assert found.items() >= {
        "subscribed": True, "is_default": False, "frequency": "monthly", "paused_until": until, "source": "web_form",
    }.items()  # fmt: skip
    assert (await tenant.staged_types())[-1] == "contacts.subscription.changed.v1"


async def test_the_same_choice_again_changes_nothing(tenant: Tenant, client: AsyncClient) -> None:
    topic_id, contact_id = await a_topic(client), await a_contact(client)
    await choose(client, contact_id, topic_id, subscribed=True)
    before = await tenant.staged_types()

    await choose(client, contact_id, topic_id, subscribed=True)

    assert await tenant.staged_types() == before


async def test_subscribers_of_a_topic_that_is_chosen_come_in_pages(client: AsyncClient) -> None:
    topic_id = await a_topic(client)
    contacts = [await a_contact(client) for _ in range(5)]
    for contact_id in contacts:
        await choose(client, contact_id, topic_id, subscribed=True)
    await choose(client, contacts[1], topic_id, subscribed=False)
    await client.delete(f"/v1/contacts/{contacts[2]}")

    assert await subscribers(client, topic_id) == [contacts[0], contacts[3], contacts[4]]


async def test_subscribers_by_default_are_all_who_did_not_refuse(client: AsyncClient) -> None:
    topic_id = await a_topic(client, subscribed_by_default=True)
    contacts = [await a_contact(client) for _ in range(4)]
    await choose(client, contacts[1], topic_id, subscribed=False)

    assert await subscribers(client, topic_id) == [contacts[0], contacts[2], contacts[3]]


async def test_about_a_topic_only_its_subscribers_may_be_contacted(client: AsyncClient) -> None:
    topic_id = await a_topic(client)
    contacts = [await a_contact(client, email=f"{name}@example.com") for name in ("a", "b", "c")]
    for contact_id in contacts:
        await decide(client, contact_id, "given")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await choose(client, contacts[0], topic_id, subscribed=True)
    await choose(client, contacts[1], topic_id, subscribed=True, paused_until=tomorrow)

    body = {"contact_ids": contacts, "channel": "email", "topic_id": topic_id}
    found = (await client.post("/v1/contactability", json=body)).json()["data"]

    assert [[reason["code"] for reason in each["reasons"]] for each in found] == [[], ["paused"], ["not_subscribed"]]


async def test_a_topics_key_is_its_own_until_it_is_deleted(client: AsyncClient) -> None:
    topic_id = await a_topic(client)

    taken = await client.post("/v1/topics", json=OFFERS)
    await client.delete(f"/v1/topics/{topic_id}")
    again = await client.post("/v1/topics", json=OFFERS)

    assert (taken.status_code, taken.json()["code"]) == (409, "topic_key_taken")
    assert again.status_code == 201
    assert (await client.get(f"/v1/topics/{topic_id}")).status_code == 410


async def test_a_topic_is_changed_at_the_version_that_was_read(tenant: Tenant, client: AsyncClient) -> None:
    topic_id = await a_topic(client)

    changed = await client.patch(f"/v1/topics/{topic_id}", json={"name_en": "Sales"}, headers={"If-Match": '"1"'})
    stale = await client.patch(f"/v1/topics/{topic_id}", json={"name_en": "Gone"}, headers={"If-Match": '"1"'})

    assert (changed.status_code, changed.json()["name_en"], changed.json()["version"]) == (200, "Sales", 2)
    assert stale.status_code == 412
    assert await tenant.staged_types() == ["contacts.topic.changed.v1"] * 2


async def test_nobody_subscribes_to_what_there_is_not(client: AsyncClient) -> None:
    topic_id, contact_id = await a_topic(client), await a_contact(client)
    await client.delete(f"/v1/topics/{topic_id}")

    of_a_deleted = await choose(client, contact_id, topic_id, subscribed=True)
    of_none = await choose(client, contact_id, str(new_id()), subscribed=True)

    assert (of_a_deleted.status_code, of_none.status_code) == (422, 422)
