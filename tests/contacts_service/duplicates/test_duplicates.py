"""Pairs that may be one person: found, listed, decided about."""

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.duplicates.following import MALEE, MALEE_AGAIN, STRANGER, follow, ids, open_pairs
from tests.contacts_service.merging.people import merge, new, undo


async def test_a_new_contact_is_found_to_be_somebody_with_reasons(client: AsyncClient, tenant: Tenant) -> None:
    known, again, stranger = await new(client, **MALEE), await new(client, **MALEE_AGAIN), await new(client, **STRANGER)

    await follow(tenant)

    pair, *others = await open_pairs(client, expand="left,right")
    assert (ids(pair), others) == ({known["id"], again["id"]}, [])
    assert {pair["left"]["full_name"], pair["right"]["full_name"]} == {"มาลี ใจดี", "Malee Jaidee"}
    assert pair["score"] > 0.9
    reasons = {each["field"]: each for each in pair["reasons"]}
    assert (reasons["phone"]["agreement"], reasons["phone"]["left"]) == ("same", "+66812345678")
    assert reasons["phone"]["weight"] > 5 > 0 > reasons["prior"]["weight"]
    assert stranger["id"] not in ids(pair)
    told = [event for event in await tenant.staged() if event.type == "contacts.duplicate.found.v1"]
    assert [event.body["duplicate_id"] for event in told] == [pair["id"]]


async def test_contacts_that_come_one_after_the_other_meet(client: AsyncClient, tenant: Tenant) -> None:
    known = await new(client, **MALEE)
    await follow(tenant)
    again = await new(client, **MALEE_AGAIN)
    await follow(tenant)

    assert [ids(pair) for pair in await open_pairs(client)] == [{known["id"], again["id"]}]


async def test_the_duplicates_of_one_contact_are_judged_now(client: AsyncClient, tenant: Tenant) -> None:
    known = await new(client, **MALEE)
    await follow(tenant)
    again = await new(client, **MALEE_AGAIN)

    before = (await client.get(f"/v1/contacts/{again['id']}/duplicates")).json()["data"]
    await follow(tenant)
    after = (await client.get(f"/v1/contacts/{again['id']}/duplicates")).json()["data"]

    assert [each["contact"]["id"] for each in before] == [known["id"]]
    assert (before[0]["duplicate_id"], before[0]["score"]) == (None, after[0]["score"])
    assert after[0]["duplicate_id"] == (await open_pairs(client))[0]["id"]


async def test_a_form_is_checked_before_it_is_stored(client: AsyncClient, tenant: Tenant) -> None:
    known = await new(client, **MALEE)
    await follow(tenant)

    response = await client.post("/v1/duplicates/check", json=MALEE_AGAIN)
    stranger = await client.post("/v1/duplicates/check", json=STRANGER)

    found = response.json()["data"]
    assert [(each["contact"]["id"], each["contact"]["full_name"]) for each in found] == [(known["id"], "มาลี ใจดี")]
    assert stranger.json() == {"data": []}
    assert await tenant.count("contacts") == 1


async def test_an_equal_phone_is_found_at_once(client: AsyncClient) -> None:
    """Before any worker has seen the contact."""
    known = await new(client, **MALEE)

    response = await client.post("/v1/duplicates/check", json=MALEE_AGAIN)

    assert [each["contact"]["id"] for each in response.json()["data"]] == [known["id"]]


async def test_who_asks_for_it_cannot_create_a_duplicate(client: AsyncClient, tenant: Tenant) -> None:
    known = await new(client, **MALEE)

    refused = await client.post("/v1/contacts?check_duplicates=true", json=MALEE_AGAIN)
    stranger = await client.post("/v1/contacts?check_duplicates=true", json=STRANGER)
    unasked = await client.post("/v1/contacts", json=MALEE_AGAIN)

    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicate")
    candidate = refused.json()["params"]["candidates"][0]
    assert (candidate["contact_id"], candidate["score"] > 0.9) == (known["id"], True)
    assert (stranger.status_code, unasked.status_code) == (201, 201)
    assert await tenant.count("contacts") == 3


async def test_a_dismissed_pair_is_suggested_again_only_when_one_changes(client: AsyncClient, tenant: Tenant) -> None:
    known, again = await new(client, **MALEE), await new(client, **MALEE_AGAIN)
    await follow(tenant)
    pair = (await open_pairs(client))[0]

    dismissed = await client.post(f"/v1/duplicates/{pair['id']}/dismiss")
    for body in ({"notes": "โทรแล้ว"}, {"nickname": "ลี"}, {"name_order": "family_first"}):
        await client.patch(f"/v1/contacts/{known['id']}", json=body)
        await follow(tenant)

    assert (dismissed.json()["status"], dismissed.json()["decided_by"]) == ("dismissed", str(tenant.actor_id))
    assert await open_pairs(client) == []
    assert (await client.get(f"/v1/contacts/{again['id']}/duplicates")).json() == {"data": []}
    await client.patch(f"/v1/contacts/{again['id']}", json={"email": "malee@example.com"})
    await follow(tenant)
    assert [each["id"] for each in await open_pairs(client)] == [pair["id"]]


async def test_two_can_be_reported_whatever_was_found_or_decided(client: AsyncClient) -> None:
    known, stranger = await new(client, **MALEE), await new(client, **STRANGER)
    body = {"contact_ids": [known["id"], stranger["id"]]}

    reported = await client.post("/v1/duplicates", json=body)
    await client.post(f"/v1/duplicates/{reported.json()['id']}/dismiss")
    again = await client.post("/v1/duplicates", json=body)
    itself = await client.post("/v1/duplicates", json={"contact_ids": [known["id"]] * 2})

    assert (reported.status_code, reported.json()["status"]) == (201, "open")
    assert reported.json()["score"] < 0.01
    assert (again.json()["id"], again.json()["status"]) == (reported.json()["id"], "open")
    assert (itself.status_code, itself.json()["code"]) == (422, "same_contact")


async def test_a_pair_that_is_none_any_more_is_gone(client: AsyncClient, tenant: Tenant) -> None:
    known, again, deleted = await new(client, **MALEE), await new(client, **MALEE_AGAIN), await new(client, **MALEE)
    await follow(tenant)
    assert len(await open_pairs(client)) == 3

    await client.patch(f"/v1/contacts/{again['id']}", json={**STRANGER, "email": "somchai@example.com"})
    await client.delete(f"/v1/contacts/{deleted['id']}")
    await follow(tenant)

    assert await open_pairs(client) == []
    assert (await client.get(f"/v1/contacts/{known['id']}/duplicates")).json() == {"data": []}


async def test_a_merge_decides_and_its_undo_decides_otherwise(client: AsyncClient, tenant: Tenant) -> None:
    known, again = await new(client, **MALEE), await new(client, **MALEE_AGAIN)
    await follow(tenant)
    pair = (await open_pairs(client))[0]

    made = await merge(client, known, again)
    await follow(tenant)
    merged = (await client.get(f"/v1/duplicates/{pair['id']}")).json()
    refused = await client.post(f"/v1/duplicates/{pair['id']}/dismiss")
    moved = await client.get(f"/v1/contacts/{again['id']}/duplicates")
    await undo(client, made)
    await follow(tenant)

    assert merged["status"] == "merged"
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/contacts/{known['id']}/duplicates")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_merged")
    assert (await client.get(f"/v1/duplicates/{pair['id']}")).json()["status"] == "dismissed"


async def test_pairs_are_listed_by_score_and_contact(client: AsyncClient, tenant: Tenant) -> None:
    known = await new(client, **MALEE)
    await new(client, **MALEE_AGAIN)
    nearly = await new(client, full_name="มาลี ใจดี", phone="0812345679", birthday={"year": 1990, "month": 4, "day": 13})
    await follow(tenant)

    scores = [each["score"] for each in await open_pairs(client)]
    first = (await client.get("/v1/duplicates?status=open&limit=1")).json()
    second = (await client.get(f"/v1/duplicates?status=open&limit=1&cursor={first['next_cursor']}")).json()

    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert [each["data"][0]["score"] for each in (first, second)] == scores[:2]
    assert [each["score"] for each in await open_pairs(client, min_score=scores[0])] == scores[:1]
    assert all(nearly["id"] in ids(each) for each in await open_pairs(client, contact_id=nearly["id"]))
    assert await open_pairs(client, contact_id=str(new_id())) == []
    assert (await client.get("/v1/duplicates?min_score=2")).status_code == 422
    assert known


async def test_a_key_that_a_crowd_has_brings_nobody_together(client: AsyncClient, tenant: Tenant) -> None:
    """A company's number is no sign of one person, and costs no comparison of everybody with everybody."""
    items = [{"op": "create", "data": {"phone": "021234567", "nickname": f"n{n}"}} for n in range(40)]
    await client.post("/v1/contacts/batch", json={"items": items})
    await follow(tenant)
    last = await new(client, phone="021234567", nickname="n0")
    await follow(tenant)

    answer = await client.get(f"/v1/contacts/{last['id']}/duplicates")

    assert answer.status_code == 200
    assert [pair for pair in await open_pairs(client) if last["id"] in ids(pair)] == []


async def test_another_tenants_people_are_never_met(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    await new(client, **MALEE)
    await follow(tenant)
    stranger = service.tenant()

    async with service.client(stranger) as other:
        response = await other.post("/v1/duplicates/check", json=MALEE_AGAIN)

    assert response.json() == {"data": []}
