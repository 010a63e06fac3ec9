import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts

LOGGED = "interactions.interaction.logged.v1"


def call(**fields: Any) -> dict[str, Any]:
    return {"kind": "call", "direction": "inbound", "contact_id": str(new_id()), **fields}


async def log(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/interactions", json=call(**fields))
    assert response.status_code == 201, response.text
    interaction: dict[str, Any] = response.json()
    return interaction


async def test_a_call_with_an_unknown_contact_is_stored_and_told(
    client: AsyncClient, tenant: Tenant, facts: Facts
) -> None:
    body = call(
        subject="สอบถามราคาสินค้าใหม่", body="ลูกค้าโทรมา\nถามราคา", outcome="quoted", resolution="ส่งใบเสนอราคาแล้ว",
        duration_s=95, occurred_at="2026-11-20T09:30:00+07:00", follow_up_at="2026-12-01T02:00:00Z", tags=["VIP"],
    )  # fmt: skip

    response = await client.post("/v1/interactions", json=body)

    stored = response.json()
    assert response.status_code == 201, stored
    assert response.headers["location"] == f"/v1/interactions/{stored['id']}"
    assert response.headers["etag"] == '"1"'
    assert stored["occurred_at"] == "2026-11-20T02:30:00.000Z"
    assert stored["open"] is True
    assert stored["responsible_id"] == str(tenant.actor_id)
    assert (await client.get(f"/v1/interactions/{stored['id']}")).json() == stored
    ((event_type, key, event),) = await facts.staged()
    assert (event_type, key) == (LOGGED, body["contact_id"])
    assert (event["interaction_id"], event["outcome"], event["duration_s"]) == (stored["id"], "quoted", 95)
    assert not {"subject", "body", "resolution"} & event.keys()


async def test_what_is_not_said_happened_now(client: AsyncClient) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)

    interaction = await log(client)

    assert before < datetime.fromisoformat(interaction["occurred_at"]) < datetime.now(UTC) + timedelta(seconds=5)


async def test_a_clock_that_is_four_minutes_fast_is_believed_six_minutes_are_not(
    client: AsyncClient, tenant: Tenant
) -> None:
    in_minutes = [(datetime.now(UTC) + timedelta(minutes=minutes)).isoformat() for minutes in (4, 6)]

    answers = [await client.post("/v1/interactions", json=call(occurred_at=moment)) for moment in in_minutes]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1].json()["code"] == "in_the_future"
    assert answers[1].json()["errors"][0]["pointer"] == "/occurred_at"
    assert await tenant.count("interactions") == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "fax"}, "/kind", "enum"),
        ({"direction": None}, "/direction", "enum"),
        ({"contact_id": "x"}, "/contact_id", "uuid_parsing"),
        ({"contact_id": None}, "/contact_id", "uuid_type"),
        ({"occurred_at": 1763800000}, "/occurred_at", "value_error"),
        ({"occurred_at": "2026-11-20T09:30:00"}, "/occurred_at", "timezone_aware"),
        ({"duration_s": -1}, "/duration_s", "greater_than_equal"),
        ({"duration_s": 10**12}, "/duration_s", "less_than_equal"),
        ({"subject": "x" * 301}, "/subject", "too_long"),
        ({"subject": "a\u0007b"}, "/subject", "value_error"),
        ({"tags": ["x"] * 51}, "/tags", "too_long"),
        ({"external_ids": [{"system": "Has Space", "id": "1"}]}, "/external_ids/0/system", "string_pattern_mismatch"),
        ({"id": "0b0ff0f8-9b2d-4a39-a0e2-7e1e6b2a52b1"}, "/id", "value_error"),
        ({"sentiment": "happy"}, "/sentiment", "unknown_field"),
    ],
)
async def test_bad_values_are_named_and_nothing_is_stored(
    client: AsyncClient, tenant: Tenant, body: dict[str, Any], pointer: str, code: str
) -> None:
    response = await client.post("/v1/interactions", json=call(**body))

    assert response.status_code == 422, response.text
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, code)]
    assert await tenant.count("interactions") == 0
    assert await tenant.staged_types() == []


async def test_a_merge_patch_changes_what_it_names(client: AsyncClient, facts: Facts) -> None:
    interaction = await log(client, subject="Invoice", follow_up_at="2026-12-01T02:00:00Z")

    response = await client.patch(
        f"/v1/interactions/{interaction['id']}", json={"subject": None, "follow_up_done_at": "2026-11-22T02:00:00Z"}
    )

    changed = {name for name, value in response.json().items() if value != interaction[name]}
    assert response.status_code == 200, response.text
    assert changed == {"subject", "follow_up_done_at", "open", "version", "updated_at"}
    assert (await facts.staged())[-1][2]["changed_fields"] == ["follow_up_done_at", "subject"]


async def test_a_patch_that_changes_nothing_stages_nothing(client: AsyncClient, tenant: Tenant) -> None:
    interaction = await log(client, subject="Invoice")

    response = await client.patch(f"/v1/interactions/{interaction['id']}", json={"subject": "Invoice"})

    assert response.json() == interaction
    assert await tenant.staged_types() == [LOGGED]


async def test_an_interaction_that_moves_to_another_contact_tells_whose_it_was(
    client: AsyncClient, facts: Facts
) -> None:
    interaction = await log(client)
    other = str(new_id())

    await client.patch(f"/v1/interactions/{interaction['id']}", json={"contact_id": other})

    event_type, key, event = (await facts.staged())[-1]
    assert (event_type, key) == ("interactions.interaction.updated.v1", other)
    assert event["previous_contact_id"] == interaction["contact_id"]


async def test_of_fifty_parallel_patches_of_one_version_one_wins(client: AsyncClient, tenant: Tenant) -> None:
    interaction = await log(client)

    answers = await asyncio.gather(
        *(
            client.patch(
                f"/v1/interactions/{interaction['id']}", json={"outcome": str(number)}, headers={"If-Match": '"1"'}
            )
            for number in range(50)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49
    assert await tenant.staged_types() == [LOGGED, "interactions.interaction.updated.v1"]


async def test_a_deleted_interaction_is_gone_until_it_is_restored(client: AsyncClient, tenant: Tenant) -> None:
    path = f"/v1/interactions/{(await log(client, external_ids=[{'system': 'pbx', 'id': '7'}]))['id']}"

    deleted = await client.delete(path)
    gone = [await client.get(path), await client.patch(path, json={"outcome": "x"}), await client.delete(path)]
    by_id = await client.get("/v1/interactions/by-external-id/pbx/7")
    restored = await client.post(f"{path}/restore")

    assert deleted.status_code == 204
    assert [(each.status_code, each.json()["code"]) for each in gone] == [(410, "resource_deleted")] * 3
    assert by_id.status_code == 404
    assert (restored.status_code, restored.json()["version"]) == (200, 3)
    assert (await client.get("/v1/interactions/by-external-id/pbx/7")).json() == restored.json()
    assert await tenant.staged_types() == [
        LOGGED, "interactions.interaction.deleted.v1", "interactions.interaction.restored.v1",
    ]  # fmt: skip


async def test_an_upsert_by_external_id_logs_once_and_changes_after(client: AsyncClient, tenant: Tenant) -> None:
    path = "/v1/interactions/by-external-id/pbx/call-1"
    body = call(outcome="no answer")

    first = await client.put(path, json=body)
    again = await client.put(path, json=body)
    changed = await client.put(path, json={**body, "outcome": "sold"})

    assert [each.status_code for each in (first, again, changed)] == [201, 200, 200]
    assert again.json() == first.json()
    assert (changed.json()["id"], changed.json()["version"]) == (first.json()["id"], 2)
    assert await tenant.count("interactions") == 1


async def test_a_taken_external_id_is_refused(client: AsyncClient, tenant: Tenant) -> None:
    ids = [{"system": "pbx", "id": "1"}]
    await log(client, external_ids=ids)

    response = await client.post("/v1/interactions", json=call(external_ids=ids))

    assert (response.status_code, response.json()["code"]) == (409, "external_id_taken")
    assert await tenant.count("interactions") == 1


async def test_lists_filter_sort_and_page(client: AsyncClient) -> None:
    contact_id = str(new_id())
    for hour in range(5):
        await log(
            client, contact_id=contact_id, occurred_at=f"2026-11-20T0{hour}:00:00Z", outcome=str(hour),
            follow_up_at="2026-12-01T00:00:00Z" if hour < 2 else None,
        )  # fmt: skip
    await log(client)

    first = (await client.get("/v1/interactions", params={"contact_id": contact_id, "limit": 3})).json()
    second = (
        await client.get(
            "/v1/interactions", params={"contact_id": contact_id, "limit": 3, "cursor": first["next_cursor"]}
        )
    ).json()
    open_items = (await client.get("/v1/interactions?open=true&sort=follow_up_at&fields=id,open")).json()["data"]
    since = (await client.get("/v1/interactions?occurred_at[gte]=2026-11-20T03:00:00Z&kind=call")).json()["data"]

    assert [item["outcome"] for item in first["data"] + second["data"]] == ["4", "3", "2", "1", "0"]
    assert second["next_cursor"] is None
    assert len(open_items) == 2
    assert all(set(item) == {"id", "open"} and item["open"] for item in open_items)
    assert len(since) == 3


async def test_a_search_takes_a_tree_of_conditions(client: AsyncClient) -> None:
    for kind in ("call", "visit", "note"):
        await log(client, kind=kind, tags=["VIP"] if kind == "visit" else [])
    tree = {"or": [{"field": "kind", "op": "eq", "value": "note"}, {"field": "tags", "op": "contains", "value": "VIP"}]}

    response = await client.post("/v1/interactions/search", json={"filter": tree, "sort": "created_at"})

    assert [item["kind"] for item in response.json()["data"]] == ["visit", "note"]


async def test_a_batch_logs_many_and_bad_items_fail_alone(client: AsyncClient, tenant: Tenant) -> None:
    items: list[dict[str, Any]] = [{"op": "create", "ref": str(number), "data": call()} for number in range(150)]
    items.append({"op": "create", "ref": "bad", "data": call(kind="fax")})
    items.append({"op": "create", "ref": "pbx", "data": call(external_ids=[{"system": "pbx", "id": "1"}])})
    items.append({"op": "create", "ref": "twice", "data": call(external_ids=[{"system": "pbx", "id": "1"}])})
    items.append({"op": "update", "external_id": {"system": "pbx", "id": "1"}, "data": {"outcome": "sold"}})
    items.append({"op": "upsert", "external_id": {"system": "pbx", "id": "2"}, "data": call()})
    items.append({"op": "delete", "external_id": {"system": "pbx", "id": "2"}})
    items.append({"op": "update", "external_id": {"system": "pbx", "id": "9"}, "data": {}})

    response = await client.post("/v1/interactions/batch", json={"items": items})

    statuses = [result["status"] for result in response.json()["data"]]
    assert response.status_code == 207
    assert statuses == [201] * 150 + [422, 201, 409, 200, 201, 204, 404]
    assert response.json()["data"][150]["problem"]["errors"][0]["pointer"] == "/data/kind"
    assert len(await tenant.staged_types()) == 150 + 1 + 1 + 2


async def test_an_atomic_batch_with_a_bad_item_changes_nothing(client: AsyncClient, tenant: Tenant) -> None:
    items = [{"op": "create", "data": call()}, {"op": "create", "data": {}}]

    response = await client.post("/v1/interactions/batch", json={"items": items, "atomic": True})

    assert (response.status_code, response.json()["code"]) == (422, "batch_failed")
    assert await tenant.count("interactions") == 0
    assert await tenant.staged_types() == []


async def test_a_reader_may_not_write(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "interactions:read") as reader:
        response = await reader.post("/v1/interactions", json=call())

    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert await tenant.count("interactions") == 0


async def test_another_tenant_sees_and_changes_nothing(service: ServiceUnderTest, client: AsyncClient) -> None:
    interaction = await log(client, external_ids=[{"system": "pbx", "id": "1"}])
    path = f"/v1/interactions/{interaction['id']}"

    async with service.client(service.tenant()) as other:
        answers = [
            await other.get(path),
            await other.patch(path, json={"outcome": "x"}),
            await other.delete(path),
            await other.post(f"{path}/restore"),
            await other.get("/v1/interactions/by-external-id/pbx/1"),
        ]
        listed = (await other.get("/v1/interactions")).json()["data"]
        same_id = await other.put("/v1/interactions/by-external-id/pbx/1", json=call())

    assert {answer.status_code for answer in answers} == {404}
    assert listed == []
    assert same_id.status_code == 201
