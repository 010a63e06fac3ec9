import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.fields.defining import add, define

GOOD: list[tuple[str, Any, Any]] = [
    ("text", "  สวัสดี  ครับ ", "สวัสดี ครับ"),
    ("number", 12.0, 12),
    ("number", -0.25, -0.25),
    ("money", {"amount": "12.3", "currency": "THB"}, {"amount": "12.30", "currency": "THB"}),
    ("date", "2026-02-28", "2026-02-28"),
    ("instant", "2026-01-31T09:30:00+07:00", "2026-01-31T02:30:00.000Z"),
    ("boolean", False, False),
    ("choice", "gold", "gold"),
    ("choices", ["gold", "silver", "gold"], ["gold", "silver"]),
    ("email", "Ada@Example.com", "ada@example.com"),
    ("phone", "081-234-5678", "+66812345678"),
    ("url", "HTTPS://Example.com/A?b=C", "https://example.com/A?b=C"),
]
BAD: list[tuple[str, Any]] = [
    ("text", ""), ("text", 5), ("text", "x" * 501), ("number", "12"), ("number", True), ("number", 1e16),
    ("money", "12.30"), ("money", {"amount": "12.30", "currency": "USD"}), ("money", {"amount": 5, "currency": "THB"}),
    ("date", "31/01/2026"), ("date", "2026-02-30"), ("instant", "2026-01-31"), ("instant", "2026-01-31T09:30:00"),
    ("boolean", "yes"), ("choice", "platinum"), ("choice", ["gold"]), ("choices", []), ("choices", ["platinum"]),
    ("email", "ada"), ("phone", "12"), ("url", "example.com"), ("url", "javascript:alert(1)"),
    ("url", "https://user:secret@example.com"), ("reference", "nobody"), ("reference", str(new_id())),
]  # fmt: skip


async def test_values_are_stored_typed_and_in_one_form(client: AsyncClient) -> None:
    for number, (value_type, _, _) in enumerate(GOOD):
        await define(client, f"f{number}", value_type)

    contact = await add(client, custom={f"f{number}": raw for number, (_, raw, _) in enumerate(GOOD)})

    assert contact["custom_fields"] == {f"f{number}": value for number, (_, _, value) in enumerate(GOOD)}
    assert (await client.get(f"/v1/contacts/{contact['id']}")).json() == contact
    listed = (await client.get("/v1/contacts?fields=custom_fields")).json()["data"]
    assert listed == [{"id": contact["id"], "custom_fields": contact["custom_fields"]}]


async def test_wrong_values_are_named_all_at_once(client: AsyncClient) -> None:
    for value_type in {value_type for value_type, _ in BAD}:
        await define(client, f"a_{value_type}", value_type)

    for value_type, raw in BAD:
        body = {"full_name": "Ada", "custom_fields": {f"a_{value_type}": raw, "no/such": 1}}
        response = await client.post("/v1/contacts", json=body)

        assert response.status_code == 422, (value_type, raw, response.text)
        pointers = [error["pointer"] for error in response.json()["errors"]]
        assert pointers == [f"/custom_fields/a_{value_type}", "/custom_fields/no~1such"]


async def test_bounds_of_numbers_amounts_and_texts(client: AsyncClient) -> None:
    await define(client, "size", "number", limits={"minimum": 30, "maximum": 50})
    await define(client, "budget", "money", limits={"minimum": 0})
    await define(client, "code", limits={"max_length": 3})
    wrong = {"size": 51, "budget": {"amount": "-1.00", "currency": "THB"}, "code": "abcd"}

    response = await client.post("/v1/contacts", json={"full_name": "Ada", "custom_fields": wrong})

    assert [error["code"] for error in response.json()["errors"]] == ["out_of_range", "out_of_range", "too_long"]


async def test_a_patch_merges_and_null_clears(tenant: Tenant, client: AsyncClient) -> None:
    await define(client, "size", "number")
    await define(client, "nick")
    contact = await add(client, custom={"size": 44, "nick": "ลี"})
    path = f"/v1/contacts/{contact['id']}"

    changed = await client.patch(path, json={"custom_fields": {"size": None}})
    same = await client.patch(path, json={"custom_fields": {"nick": "ลี"}})

    assert changed.json()["custom_fields"] == {"nick": "ลี"}
    assert same.json()["version"] == changed.json()["version"] == 2
    assert await _changed_fields(tenant) == [
        ["custom_fields.nick", "custom_fields.size", "full_name"],
        ["custom_fields.size"],
    ]


async def _changed_fields(tenant: Tenant) -> list[list[str]]:
    """Of each event that is staged."""
    async with tenant.database.transaction(tenant.context) as session:
        return [body["changed_fields"] for body in await session.scalars(text("select body from outbox order by id"))]


async def test_a_value_that_only_equals_the_old_one_is_not_taken_for_it(client: AsyncClient) -> None:
    await define(client, "vip", "boolean")
    contact = await add(client, custom={"vip": True})

    response = await client.patch(f"/v1/contacts/{contact['id']}", json={"custom_fields": {"vip": 1}})

    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "invalid_value")


async def test_required_is_asked_of_new_records_and_kept_by_those_that_have_it(client: AsyncClient) -> None:
    older = await add(client, "ก่อน", custom={})
    await define(client, "branch", required=True)

    missing = await client.post("/v1/contacts", json={"full_name": "Ada"})
    newer = await add(client, custom={"branch": "กรุงเทพ"})

    assert missing.status_code == 422
    assert missing.json()["errors"] == [
        {"pointer": "/custom_fields/branch", "code": "required", "detail": "branch is required; give a value."}
    ]
    assert (await client.patch(f"/v1/contacts/{older['id']}", json={"nickname": "ก"})).status_code == 200
    lost = await client.patch(f"/v1/contacts/{newer['id']}", json={"custom_fields": {"branch": None}})
    assert (lost.status_code, lost.json()["errors"][0]["code"]) == (422, "required")


async def test_defaults_are_for_new_records_that_say_nothing(client: AsyncClient) -> None:
    await define(client, "tier", "choice", default="silver", required=True)
    await define(client, "vip", "boolean", default=False)

    silent = await add(client, "ก", custom={})
    clear = await add(client, "ข", custom={"vip": None, "tier": "gold"})

    assert silent["custom_fields"] == {"tier": "silver", "vip": False}
    assert clear["custom_fields"] == {"tier": "gold"}


async def test_of_two_equal_unique_values_at_once_one_wins(client: AsyncClient) -> None:
    await define(client, "card", unique=True)
    body = {"full_name": "Ada", "custom_fields": {"card": "A-1"}}

    answers = await asyncio.gather(*(client.post("/v1/contacts", json=body) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("value_taken", "/custom_fields/card")


async def test_a_unique_value_is_free_again_once_it_is_changed_or_its_record_deleted(client: AsyncClient) -> None:
    await define(client, "card", unique=True)
    first = await add(client, "ก", custom={"card": "A-1"})
    second = await add(client, "ข", custom={"card": "A-2"})

    taken = await client.patch(f"/v1/contacts/{first['id']}", json={"custom_fields": {"card": "A-2"}})
    await client.delete(f"/v1/contacts/{second['id']}")
    free = await client.patch(f"/v1/contacts/{first['id']}", json={"custom_fields": {"card": "A-2"}})
    restored = await client.post(f"/v1/contacts/{second['id']}/restore")

    assert (taken.status_code, free.status_code, restored.status_code) == (409, 200, 409)


async def test_batches_and_upserts_settle_custom_fields_row_by_row(client: AsyncClient) -> None:
    await define(client, "card", unique=True)
    await define(client, "size", "number", default=40)
    cards = ["A-1", "A-1", 7]
    items = [{"op": "create", "data": {"full_name": "ก", "custom_fields": {"card": card}}} for card in cards]

    batch = await client.post("/v1/contacts/batch", json={"items": items})
    rows = [
        {
            "external_id": {"system": "line", "id": str(number)},
            "full_name": "ข",
            "custom_fields": {"card": f"B-{number}"},
        }
        for number in (1, 1, 2)
    ]
    rows.append({"external_id": {"system": "line", "id": "3"}, "full_name": "ค", "custom_fields": {"no": 1}})
    upsert = await client.post("/v1/contacts/upsert", json={"rows": rows})

    assert [each["status"] for each in batch.json()["data"]] == [201, 409, 422]
    assert [each["status"] for each in upsert.json()["data"]] == [201, 200, 201, 422]
    found = (await client.get("/v1/contacts?fields=custom_fields&custom_fields.size=40")).json()["data"]
    assert sorted(each["custom_fields"]["card"] for each in found) == ["A-1", "B-1", "B-2"]


async def test_a_reference_names_a_live_record(client: AsyncClient) -> None:
    await define(client, "dealer", "reference")
    company = await add(client, "บริษัท", "/v1/companies", custom={})

    contact = await add(client, custom={"dealer": company["id"].upper()})
    await client.delete(f"/v1/companies/{company['id']}")
    gone = await client.post("/v1/contacts", json={"full_name": "ข", "custom_fields": {"dealer": company["id"]}})

    assert contact["custom_fields"] == {"dealer": company["id"]}
    assert gone.json()["errors"][0]["code"] == "unknown_reference"


async def test_companies_have_required_unique_and_default_values_of_their_own(client: AsyncClient) -> None:
    await define(client, "code", unique=True, required=True, record_type="company")
    await define(client, "fleet", "number", default=0, record_type="company")
    first = await add(client, "บริษัท ก", "/v1/companies", custom={"code": "K1"})

    missing = await client.post("/v1/companies", json={"name": "ข"})
    taken = await client.post("/v1/companies", json={"name": "ข", "custom_fields": {"code": "K1"}})
    item = {"op": "create", "data": {"name": "ค", "custom_fields": {"code": "K1"}}}
    batch = await client.post("/v1/companies/batch", json={"items": [item]})
    changed = await client.patch(f"/v1/companies/{first['id']}", json={"custom_fields": {"fleet": 3}})

    assert first["custom_fields"] == {"code": "K1", "fleet": 0}
    assert (missing.status_code, taken.status_code, batch.json()["data"][0]["status"]) == (422, 409, 409)
    assert changed.json()["custom_fields"] == {"code": "K1", "fleet": 3}


@pytest.mark.parametrize("keyed", [False, True])
async def test_what_another_process_defined_holds_at_once(client: AsyncClient, keyed: bool) -> None:
    """No process is told of a new field: the statement that writes finds out, and the request is done once more."""
    headers = {"Idempotency-Key": "one-tap"} if keyed else {}
    first = await client.post("/v1/contacts", json={"full_name": "ก"})
    await define(client, "tier", "choice", default="gold")

    response = await client.post("/v1/contacts", json={"full_name": "ข"}, headers=headers)

    assert first.json()["custom_fields"] == {}
    assert (response.status_code, response.json()["custom_fields"]) == (201, {"tier": "gold"})
    assert len((await client.get("/v1/contacts")).json()["data"]) == 2
