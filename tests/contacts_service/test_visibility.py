"""Whoever sees only his own or his team's customers is shown nothing else, whatever he asks."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.exports import jobs as exports
from contacts_service.imports import jobs
from shared.auth import Visibility
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


@dataclass(frozen=True)
class Office:
    """Ploy and James see their own customers, Mali those of her team; she is in James's."""

    boss: AsyncClient
    ploy: AsyncClient
    james: AsyncClient
    mali: AsyncClient
    ids: dict[str, str]


@pytest.fixture
async def office(service: ServiceUnderTest, tenant: Tenant) -> AsyncIterator[Office]:
    people = {"ploy": Visibility.OWN, "james": Visibility.OWN, "mali": Visibility.TEAM}
    users = {name: tenant.colleague(visibility) for name, visibility in people.items()}
    async with AsyncExitStack() as stack:
        boss = await stack.enter_async_context(service.client(tenant))
        clients = {name: await stack.enter_async_context(service.client(user)) for name, user in users.items()}
        ids = {name: str(user.actor_id) for name, user in users.items()}
        team = {"name": "ทีมเหนือ", "members": [{"user_id": ids["james"]}, {"user_id": ids["mali"]}]}
        (await boss.post("/v1/teams", json=team)).raise_for_status()
        yield Office(boss, **clients, ids=ids)


async def customer(client: AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts", json={"full_name": name, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def names(client: AsyncClient, path: str = "/v1/contacts", **params: Any) -> list[str]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    return sorted(each.get("full_name") or each["name"] for each in response.json()["data"])


async def test_what_somebody_makes_who_sees_only_his_own_is_his(office: Office) -> None:
    contact = await customer(office.ploy, "สมชาย ใจดี")

    company = (await office.ploy.post("/v1/companies", json={"name": "Siam Trade"})).json()

    assert contact["owner_id"] == company["owner_id"] == office.ids["ploy"]
    assert (await office.ploy.get(f"/v1/contacts/{contact['id']}")).status_code == 200
    assert (await office.ploy.get(f"/v1/companies/{company['id']}")).status_code == 200


async def test_lists_searches_and_totals_hold_own_customers_only(office: Office) -> None:
    await customer(office.ploy, "สมชาย ใจดี")
    await customer(office.james, "สมชาย รักดี")
    await customer(office.boss, "สมชาย ไม่มีเจ้าของ")
    asked = {"filter": {"field": "full_name", "op": "contains", "value": "สมชาย"}, "include_total": True}

    tree = (await office.ploy.post("/v1/contacts/search", json=asked)).json()

    assert await names(office.ploy) == await names(office.ploy, q="สมชาย") == ["สมชาย ใจดี"]
    assert [each["full_name"] for each in tree["data"]] == ["สมชาย ใจดี"]
    assert tree["total"] == {"value": 1, "relation": "eq"}
    assert len(await names(office.boss)) == 3


async def test_a_team_sees_its_members_customers_and_learns_of_new_members_at_once(office: Office) -> None:
    await customer(office.ploy, "Ploy's")
    await customer(office.james, "James's")
    before = await names(office.mali)
    team = (await office.boss.get("/v1/teams")).json()["data"][0]

    await office.boss.post(f"/v1/teams/{team['id']}/members", json={"user_id": office.ids["ploy"]})

    assert before == ["James's"]
    assert await names(office.mali) == await names(office.mali, q="s") == ["James's", "Ploy's"]
    assert await names(office.james) == ["James's"]


async def test_whoever_leaves_a_team_sees_it_no_more(office: Office) -> None:
    await customer(office.james, "James's")
    team = (await office.boss.get("/v1/teams")).json()["data"][0]

    await office.boss.delete(f"/v1/teams/{team['id']}/members/{office.ids['mali']}")

    assert await names(office.mali) == []


async def test_anothers_customer_can_neither_be_read_nor_changed(office: Office) -> None:
    foreign = await customer(office.james, "James's", external_ids=[{"system": "line", "id": "j-1"}])
    path, named = f"/v1/contacts/{foreign['id']}", "/v1/contacts/by-external-id/line/j-1"

    answers = [
        await office.ploy.get(path),
        await office.ploy.get(named),
        await office.ploy.get(f"{path}/owners"),
        await office.ploy.patch(path, json={"nickname": "J"}),
        await office.ploy.delete(path),
        await office.ploy.post(f"{path}/restore"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert not any(foreign["full_name"] in answer.text for answer in answers)
    assert (await office.boss.get(path)).json() == foreign


async def test_upserts_of_anothers_customer_are_refused_without_showing_it(office: Office) -> None:
    foreign = await customer(office.james, "James's", external_ids=[{"system": "line", "id": "j-1"}])
    row = {"external_id": {"system": "line", "id": "j-1"}, "full_name": "Mine"}
    item = {"op": "update", "external_id": row["external_id"], "data": {"full_name": "Mine"}}

    put = await office.ploy.put("/v1/contacts/by-external-id/line/j-1", json={"full_name": "Mine"})
    bulk = await office.ploy.post("/v1/contacts/upsert", json={"rows": [row]})
    batch = await office.ploy.post("/v1/contacts/batch", json={"items": [item]})

    assert (put.status_code, put.json()["code"]) == (409, "external_id_taken")
    assert [each["status"] for each in bulk.json()["data"]] == [409]
    assert [each["status"] for each in batch.json()["data"]] == [404]
    assert foreign["id"] not in put.text + bulk.text + batch.text
    assert (await office.boss.get(f"/v1/contacts/{foreign['id']}")).json() == foreign


async def test_companies_and_expansions_are_seen_by_their_owner(office: Office) -> None:
    foreign = (await office.james.post("/v1/companies", json={"name": "James Ltd"})).json()
    contact = await customer(office.ploy, "Ploy's", company_id=foreign["id"])

    shown = (await office.ploy.get(f"/v1/contacts/{contact['id']}", params={"expand": "company"})).json()

    assert shown["company"] is None
    assert await names(office.ploy, "/v1/companies") == []
    assert (await office.ploy.patch(f"/v1/companies/{foreign['id']}", json={"name": "X"})).status_code == 404


async def test_a_given_away_customer_is_gone_for_the_giver(office: Office) -> None:
    contact = await customer(office.ploy, "Ploy's")

    given = await office.ploy.patch(f"/v1/contacts/{contact['id']}", json={"owner_id": office.ids["james"]})

    assert given.status_code == 200
    assert (await names(office.ploy), await names(office.james)) == ([], ["Ploy's"])


async def test_own_customers_are_found_among_any_number_of_namesakes(office: Office) -> None:
    rows = [
        {"full_name": f"สมชาย {number}", "external_id": {"system": "x", "id": str(number)}} for number in range(600)
    ]
    mine = await customer(office.ploy, "สมชาย ใจดี")
    (await office.boss.post("/v1/contacts/upsert", json={"rows": rows})).raise_for_status()

    found = await office.ploy.get("/v1/contacts", params={"q": "สมชาย"})

    assert [each["id"] for each in found.json()["data"]] == [mine["id"]]


async def test_an_import_finds_and_changes_own_customers_only(service: ServiceUnderTest, office: Office) -> None:
    foreign = await customer(office.james, "สมชาย ใจดี", phone="0812345678")
    file = {"file": ("c.csv", "Name,Phone,Nickname\nสมชาย ใจดี,0812345678,ชาย\n".encode())}
    uploaded = (await office.ploy.post("/v1/imports", files=file, headers={"Idempotency-Key": "1"})).json()
    started = await office.ploy.post(f"/v1/imports/{uploaded['id']}/run", headers={"Idempotency-Key": "2"})
    assert started.status_code == 202, started.text
    work = Jobs()
    jobs.register(work, service.settings.files_dir)  # type: ignore[attr-defined]  # the service's own settings

    await run_until_idle(work, service.database, service.system)

    operation = f"/v1/operations/{started.json()['id']}"
    assert (await office.ploy.get(operation)).json()["result"]["created"] == 1
    assert (await office.james.get(operation)).status_code == 404
    assert (await office.james.get(f"/v1/imports/{uploaded['id']}")).status_code == 404
    assert (await office.boss.get(f"/v1/contacts/{foreign['id']}")).json() == foreign


async def test_what_comes_by_batches_and_upserts_is_its_makers(office: Office) -> None:
    row = {"external_id": {"system": "line", "id": "p-1"}, "full_name": "Upserted"}
    item = {"op": "create", "data": {"full_name": "Batched"}}

    await office.ploy.post("/v1/contacts/upsert", json={"rows": [row]})
    await office.ploy.post("/v1/contacts/batch", json={"items": [item]})
    again = await office.ploy.post("/v1/contacts/upsert", json={"rows": [{**row, "nickname": "Up"}]})

    assert await names(office.ploy) == ["Batched", "Upserted"]
    assert [each["status"] for each in again.json()["data"]] == [200]


async def test_nobody_merges_or_is_told_of_duplicates_that_he_does_not_see(office: Office) -> None:
    same: dict[str, Any] = {"phone": "0812345678", "birthday": {"year": 1990, "month": 2, "day": 3}}
    mine, theirs = await customer(office.ploy, "สมชาย ใจดี", **same), await customer(office.james, "สมชาย ใจดี", **same)
    pair = await office.boss.post("/v1/duplicates", json={"contact_ids": [mine["id"], theirs["id"]]})
    found = pair.json()
    into = f"/v1/contacts/{mine['id']}"
    body = {"contact_ids": [theirs["id"]]}

    refused = [
        await office.ploy.post(f"{into}/merge", json=body),
        await office.ploy.post(f"{into}/merge-preview", json=body),
        await office.ploy.get(f"/v1/duplicates/{found['id']}"),
        await office.ploy.post(f"/v1/duplicates/{found['id']}/dismiss"),
        await office.ploy.post("/v1/duplicates", json={"contact_ids": [mine["id"], theirs["id"]]}),
    ]
    asked = {"full_name": "สมชาย ใจดี", **same}
    suggested = [
        (await office.ploy.get(f"{into}/duplicates")).json()["data"],
        (await office.ploy.get("/v1/duplicates")).json()["data"],
    ]
    of_form = (await office.ploy.post("/v1/duplicates/check", json=asked)).json()["data"]

    assert pair.status_code == 201
    assert [each.status_code for each in refused] == [404] * 5
    assert suggested == [[], []]
    assert [each["contact"]["id"] for each in of_form] == [mine["id"]]
    assert [each["id"] for each in (await office.boss.get("/v1/duplicates")).json()["data"]] == [found["id"]]


async def test_merges_of_others_customers_are_not_shown_nor_undone(office: Office) -> None:
    mine, theirs = await customer(office.ploy, "สมชาย ใจดี"), await customer(office.james, "สมชาย ใจดี")
    made = (await office.boss.post(f"/v1/contacts/{mine['id']}/merge", json={"contact_ids": [theirs["id"]]})).json()

    for_james = await office.james.get(f"/v1/merges/{made['id']}")
    undone = [await each.post(f"/v1/merges/{made['id']}/undo") for each in (office.james, office.ploy)]
    led = await office.james.get(f"/v1/contacts/{theirs['id']}")

    assert for_james.status_code == 404
    assert [each.status_code for each in undone] == [404, 404]
    assert led.status_code == 404
    assert (await office.james.get("/v1/merges")).json()["data"] == []
    assert len((await office.ploy.get("/v1/merges")).json()["data"]) == 1
    assert (await office.boss.post(f"/v1/merges/{made['id']}/undo")).status_code == 200


async def test_an_export_holds_its_starters_own_customers_and_is_his(service: ServiceUnderTest, office: Office) -> None:
    await customer(office.ploy, "สมชาย ใจดี")
    await customer(office.james, "James's")
    work = Jobs()
    exports.register(work, service.database, service.settings.files_dir)  # type: ignore[attr-defined]  # as above
    started = await office.ploy.post("/v1/exports", json={"format": "csv"}, headers={"Idempotency-Key": "1"})
    assert started.status_code == 202, started.text

    await run_until_idle(work, service.database, service.system)

    operation = (await office.ploy.get(started.headers["location"])).json()
    export = f"/v1/exports/{operation['result']['export_id']}"
    file = (await office.ploy.get(f"{export}/parts/1")).text
    assert operation["result"]["rows"] == 1
    assert "สมชาย ใจดี" in file
    assert "James's" not in file
    assert (await office.james.get(export)).status_code == 404
    assert (await office.james.get(f"{export}/parts/1")).status_code == 404
    assert (await office.boss.get(export)).status_code == 200


async def test_nothing_told_about_a_customer_tells_of_anothers(office: Office) -> None:
    """His past, his changes, his card, his duplicates."""
    foreign = await customer(office.james, "James's")
    path = f"/v1/contacts/{foreign['id']}"
    await office.james.patch(path, json={"nickname": "J"})

    answers = {
        part: await office.ploy.get(f"{path}{part}")
        for part in (f"?as_of={foreign['created_at']}", "/changes", "/vcard", "/duplicates")
    }

    assert {part: answer.status_code for part, answer in answers.items()} == dict.fromkeys(answers, 404)


async def test_duplicates_are_shown_to_whom_both_are_shown(office: Office) -> None:
    same = {"phone": "0812345678", "birthday": {"year": 1985, "month": 4, "day": 12}}
    mine = await customer(office.ploy, "สมชาย ใจดี", **same)
    foreign = await customer(office.james, "สมชาย ใจดี", **same)
    asked = {"full_name": "สมชาย ใจดี", **same}
    pair = await office.boss.post("/v1/duplicates", json={"contact_ids": [mine["id"], foreign["id"]]})
    path = f"/v1/duplicates/{pair.json()['id']}"

    suggested = (await office.ploy.get(f"/v1/contacts/{mine['id']}/duplicates")).json()["data"]
    checked = (await office.ploy.post("/v1/duplicates/check", json=asked)).json()["data"]
    known = (await office.boss.post("/v1/duplicates/check", json=asked)).json()["data"]

    assert suggested == []
    assert [each["contact"]["id"] for each in checked] == [mine["id"]]
    assert {each["contact"]["id"] for each in known} == {mine["id"], foreign["id"]}
    assert (await office.ploy.get("/v1/duplicates")).json()["data"] == []
    assert (await office.ploy.get(path)).status_code == 404
    assert (await office.ploy.post(f"{path}/dismiss")).status_code == 404
    assert (await office.boss.get(path)).status_code == 200


async def test_nobody_is_put_on_a_list_by_whom_he_is_not_shown_to(office: Office) -> None:
    mine, foreign = await customer(office.ploy, "Ploy's"), await customer(office.james, "James's")
    made = await office.ploy.post("/v1/lists", json={"name": "ลูกค้าประจำ", "visibility": "all"})
    list_id = made.json()["id"]

    answer = await office.ploy.post(f"/v1/lists/{list_id}/members", json={"add": [mine["id"], foreign["id"]]})

    assert answer.status_code == 200, answer.text
    assert await names(office.boss, f"/v1/lists/{list_id}/contacts") == ["Ploy's"]
