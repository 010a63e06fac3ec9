"""Opt-outs outlive a merge: what one of the two does not want, nobody sends to the survivor."""

import random
from typing import Any

import pytest
from httpx import AsyncClient

from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import ask, decide, states
from tests.contacts_service.merging.people import merge, new, undo
from tests.contacts_service.merging.test_slices import stored
from tests.contacts_service.topics.test_topics import a_topic, choose, chosen

Json = dict[str, Any]
PAIR = ("marketing", "email")


async def two(client: AsyncClient) -> tuple[Json, Json]:
    return await new(client, email="malee@example.com"), await new(client, email="lee@example.com")


@pytest.mark.parametrize("refuses_first", [True, False])
@pytest.mark.parametrize("survivor_refuses", [True, False])
@pytest.mark.parametrize("channels", [("email", "email"), ("all", "email"), ("email", "all")])
async def test_a_withdrawal_of_one_is_the_survivors(
    client: AsyncClient, tenant: Tenant, refuses_first: bool, survivor_refuses: bool, channels: tuple[str, str]
) -> None:
    survivor, other = await two(client)
    refusing, giving = (survivor, other) if survivor_refuses else (other, survivor)
    told = [(refusing, "withdrawn", channels[0]), (giving, "given", channels[1])]
    for contact, decision, channel in told if refuses_first else reversed(told):
        (await decide(client, contact["id"], decision, channel=channel)).raise_for_status()
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    assert (await states(client, survivor["id"]))[PAIR] == "withdrawn"
    assert await ask(client, survivor["id"]) == ["consent_withdrawn"]
    many = {"contact_ids": [survivor["id"]], "channel": "email", "purpose": "marketing"}
    [found] = (await client.post("/v1/contactability", json=many)).json()["data"]
    assert found["may_contact"] is False
    await undo(client, made)
    assert await stored(tenant) == before
    assert await ask(client, giving["id"]) == []


async def test_whoever_gives_after_the_merge_has_given(client: AsyncClient) -> None:
    survivor, other = await two(client)
    await decide(client, other["id"], "withdrawn")
    await decide(client, survivor["id"], "given")
    await merge(client, survivor, other)

    refused = await decide(client, other["id"], "given")
    await decide(client, survivor["id"], "given")

    assert (refused.status_code, refused.json()["code"]) == (409, "resource_merged")
    assert await ask(client, survivor["id"]) == []


async def test_a_closed_channel_stays_closed_and_opens_with_the_undo(client: AsyncClient, tenant: Tenant) -> None:
    survivor, other = await two(client)
    await decide(client, survivor["id"], "given")
    await client.put(f"/v1/contacts/{other['id']}/do-not-contact/all", json={"source": "phone"})

    made = await merge(client, survivor, other)

    assert await ask(client, survivor["id"]) == ["do_not_contact", "address_suppressed"]
    assert (await tenant.staged_types())[-2:].count("contacts.consent.changed.v1") == 1
    await undo(client, made)
    assert await ask(client, survivor["id"]) == []
    assert await ask(client, other["id"]) == ["do_not_contact", "address_suppressed", "consent_missing"]


@pytest.mark.parametrize("survivor_left", [True, False])
async def test_a_topic_that_one_has_left_is_left(client: AsyncClient, tenant: Tenant, survivor_left: bool) -> None:
    survivor, other = await two(client)
    topic = await a_topic(client, purpose="marketing")
    await choose(client, survivor["id"], topic, subscribed=not survivor_left)
    await choose(client, other["id"], topic, subscribed=survivor_left)
    before = await stored(tenant)

    made = await merge(client, survivor, other)

    assert [each["subscribed"] for each in await chosen(client, survivor["id"])] == [False]
    await undo(client, made)
    assert await stored(tenant) == before


@pytest.mark.parametrize("wants", [True, False])
async def test_what_is_chosen_after_the_merge_outlives_its_undo(client: AsyncClient, wants: bool) -> None:
    survivor, other = await two(client)
    topic = await a_topic(client, purpose="marketing")
    await choose(client, survivor["id"], topic, subscribed=True)
    await choose(client, other["id"], topic, subscribed=False)
    made = await merge(client, survivor, other)
    await choose(client, survivor["id"], topic, subscribed=wants)

    await undo(client, made)

    assert [each["subscribed"] for each in await chosen(client, survivor["id"])] == [wants]


@pytest.mark.parametrize("seed", range(3))
async def test_chains_are_put_apart_in_any_order(client: AsyncClient, tenant: Tenant, seed: int) -> None:
    contacts = [await new(client) for _ in range(4)]
    topic = await a_topic(client, purpose="marketing")
    for number, contact in enumerate(contacts):
        await choose(client, contact["id"], topic, subscribed=number != seed)
        await decide(client, contact["id"], "withdrawn" if number == seed else "given")
    before = await stored(tenant)
    chain = [await merge(client, contacts[n + 1], contacts[n]) for n in range(3)]
    assert await ask(client, contacts[3]["id"], "post") == ["consent_missing"]
    assert [each["subscribed"] for each in await chosen(client, contacts[3]["id"])] == [False]
    assert (await states(client, contacts[3]["id"]))[PAIR] == "withdrawn"

    random.Random(seed).shuffle(chain)
    for made in chain:
        await undo(client, made)

    assert await stored(tenant) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_of_two_opt_outs_the_last_to_go_counts(
    client: AsyncClient, tenant: Tenant, order: tuple[int, int]
) -> None:
    survivor, first, second = [await new(client) for _ in range(3)]
    topic = await a_topic(client, purpose="marketing")
    for contact, wants in ((survivor, True), (first, False), (second, False)):
        await choose(client, contact["id"], topic, subscribed=wants)
    before = await stored(tenant)
    made = [await merge(client, survivor, each) for each in (first, second)]

    await undo(client, made[order[0]])

    assert [each["subscribed"] for each in await chosen(client, survivor["id"])] == [False]
    await undo(client, made[order[1]])
    assert await stored(tenant) == before
