"""Imports, exports, merges and duplicates of whoever sees only his own customers."""

from typing import Any

from contacts_service.exports import jobs as exports
from contacts_service.imports import jobs
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from tests.contacts_service.visibility.office import Office, customer


async def test_an_import_finds_and_changes_own_customers_only(service: ServiceUnderTest, office: Office) -> None:
    foreign = await customer(office.james, "สมชาย ใจดี", phone="0812345678")
    file = {"file": ("c.csv", "Name,Phone,Nickname\nสมชาย ใจดี,0812345678,ชาย\n".encode())}
    uploaded = (await office.ploy.post("/v1/imports", files=file, headers={"Idempotency-Key": "1"})).json()
    started = await office.ploy.post(f"/v1/imports/{uploaded['id']}/run", headers={"Idempotency-Key": "2"})
    assert started.status_code == 202, started.text
    work = Jobs()
    jobs.register(work, service.app.state.settings.files_dir)

    await run_until_idle(work, service.database, service.system)

    operation = f"/v1/operations/{started.json()['id']}"
    assert (await office.ploy.get(operation)).json()["result"]["created"] == 1
    assert (await office.james.get(operation)).status_code == 404
    assert (await office.james.get(f"/v1/imports/{uploaded['id']}")).status_code == 404
    assert (await office.boss.get(f"/v1/contacts/{foreign['id']}")).json() == foreign


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
    exports.register(work, service.database, service.app.state.settings.files_dir)
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
