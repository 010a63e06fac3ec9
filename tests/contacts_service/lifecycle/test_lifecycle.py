from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.stages.events import LifecycleChanged
from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.made import contact, shown

STAGES: list[dict[str, Any]] = [
    {"key": "lead", "label_th": "ผู้สนใจ", "label_en": "Lead"},
    {"key": "customer", "label_th": "ลูกค้า", "label_en": "Customer", "back_with_reason": False},
    {"key": "loyal", "label_th": "ลูกค้าประจำ", "label_en": "Loyal", "back_to": ["customer"]},
]
TOLD = text(
    "select body from outbox where tenant_id = :tenant_id and type = 'contacts.lifecycle.changed.v1' order by id"
)


async def configure(client: AsyncClient, **more: Any) -> dict[str, Any]:
    response = await client.put("/v1/lifecycle-stages", json={"stages": STAGES, **more})
    assert response.status_code == 200, response.text
    kept: dict[str, Any] = response.json()
    return kept


async def move(client: AsyncClient, contact_id: str, stage: str, reason: str | None = None) -> Any:
    body = {"stage": stage} | ({"reason": reason} if reason else {})
    return await client.post(f"/v1/contacts/{contact_id}/lifecycle", json=body)


async def way(client: AsyncClient, contact_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/contacts/{contact_id}/lifecycle")).json()
    return found


async def told(tenant: Tenant) -> list[LifecycleChanged]:
    async with tenant.system.transaction() as session:
        bodies = await session.scalars(TOLD, {"tenant_id": tenant.id})
        return [LifecycleChanged.model_validate_json(orjson.dumps(body)) for body in bodies]


async def test_everyone_begins_with_the_same_stages(client: AsyncClient) -> None:
    response = await client.get("/v1/lifecycle-stages")

    body = response.json()
    assert (body["version"], response.headers["etag"], body["rules"]) == (0, '"0"', [])
    assert [stage["key"] for stage in body["stages"]] == [
        "subscriber", "lead", "marketing_qualified", "sales_qualified", "opportunity", "customer", "loyal",
        "evangelist", "former",
    ]  # fmt: skip
    assert all(stage["label_th"] and stage["label_en"] for stage in body["stages"])


async def test_stages_are_replaced_under_their_version(client: AsyncClient) -> None:
    kept = await configure(client, rules=[{"orders": 1, "stage": "customer"}])

    late = await client.put("/v1/lifecycle-stages", json={"stages": STAGES}, headers={"If-Match": '"0"'})

    assert kept == (await client.get("/v1/lifecycle-stages")).json()
    assert (kept["version"], kept["rules"]) == (1, [{"orders": 1, "stage": "customer"}])
    assert late.status_code == 412


@pytest.mark.parametrize(
    "wrong",
    [
        {"stages": [STAGES[0], STAGES[0]]},
        {"stages": [{**STAGES[0], "back_to": ["customer"]}, STAGES[1]]},
        {"stages": STAGES, "rules": [{"orders": 1, "stage": "hero"}]},
    ],
)
async def test_stages_that_contradict_themselves_are_refused(client: AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await client.put("/v1/lifecycle-stages", json=wrong)).status_code == 422


async def test_sales_people_cannot_change_the_stages(service: Any, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read", "contacts:write") as seller:
        assert (await seller.put("/v1/lifecycle-stages", json={"stages": STAGES})).status_code == 403


async def test_forward_is_open_and_skips(client: AsyncClient, tenant: Tenant) -> None:
    lead = await contact(client, lifecycle_stage="lead")

    response = await move(client, lead, "customer")

    assert (response.status_code, response.json()["lifecycle_stage"], response.json()["version"]) == (
        200,
        "customer",
        2,
    )
    (fact,) = await told(tenant)
    assert (fact.contact_id, fact.version, fact.from_stage, fact.to_stage, fact.source) == (
        UUID(lead), 2, "lead", "customer", "api",
    )  # fmt: skip


async def test_a_refused_move_names_what_is_allowed(client: AsyncClient) -> None:
    loyal = await contact(client, lifecycle_stage="loyal")

    response = await move(client, loyal, "lead")

    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "lifecycle_move_refused")
    assert problem["params"]["allowed"] == ["customer", "evangelist", "former"]
    assert "customer, evangelist, former" in problem["detail"]
    assert (await shown(client, loyal))["lifecycle_stage"] == "loyal"


async def test_a_reason_opens_the_way_back_where_the_stage_lets_it(client: AsyncClient) -> None:
    await configure(client)
    loyal = await contact(client, lifecycle_stage="loyal")

    back = await move(client, loyal, "lead", "ลูกค้าเปลี่ยนใจ")
    await move(client, loyal, "customer")
    closed = await move(client, loyal, "lead", "อีกครั้ง")

    assert back.status_code == 200
    assert (closed.status_code, closed.json()["params"]["allowed"]) == (409, ["loyal"])


async def test_an_unknown_stage_is_refused_with_the_known_ones(client: AsyncClient) -> None:
    lead = await contact(client)

    response = await move(client, lead, "ลูกค้าเทพ")

    assert (response.status_code, response.json()["code"]) == (422, "unknown_stage")
    assert "customer" in response.json()["params"]["stages"]


async def test_history_tells_each_stay_and_who_ended_it(client: AsyncClient, tenant: Tenant) -> None:
    made = await contact(client, lifecycle_stage="lead")
    await move(client, made, "customer", "ซื้อแล้ว")
    await client.patch(f"/v1/contacts/{made}", json={"lifecycle_stage": "loyal"})

    found = await way(client, made)

    assert [(stay["from_stage"], stay["stage"], stay["reason"]) for stay in found["history"]] == [
        ("customer", "loyal", None), ("lead", "customer", "ซื้อแล้ว"), (None, "lead", None),
    ]  # fmt: skip
    newest, middle, first = found["history"]
    assert (newest["moved_by"], newest["left_at"], middle["left_at"]) == (
        str(tenant.actor_id), None, newest["entered_at"],
    )  # fmt: skip
    assert (first["left_at"], found["since"]) == (middle["entered_at"], newest["entered_at"])
    assert (found["stage"], found["open"]) == ("loyal", ["customer", "evangelist", "former"])


async def test_a_patch_obeys_the_same_stages(client: AsyncClient) -> None:
    loyal = await contact(client, lifecycle_stage="loyal", nickname="ลี")

    refused = await client.patch(f"/v1/contacts/{loyal}", json={"lifecycle_stage": "lead", "nickname": "x"})
    unknown = await client.patch(f"/v1/contacts/{loyal}", json={"lifecycle_stage": "hero"})
    same = await client.patch(f"/v1/contacts/{loyal}", json={"lifecycle_stage": "loyal"})

    assert [answer.status_code for answer in (refused, unknown, same)] == [409, 422, 200]
    assert refused.json()["errors"][0]["pointer"] == "/lifecycle_stage"
    assert (await shown(client, loyal))["nickname"] == "ลี"


async def test_a_bad_move_among_upserts_fails_alone(client: AsyncClient) -> None:
    rows = [{"external_id": {"system": "shop", "id": str(number)}, "full_name": "x", "lifecycle_stage": "customer"}
            for number in range(2)]  # fmt: skip
    await client.post("/v1/contacts/upsert", json={"rows": rows})

    response = await client.post(
        "/v1/contacts/upsert",
        json={"rows": [{**rows[0], "lifecycle_stage": "lead"}, {**rows[1], "lifecycle_stage": "loyal"}]},
    )

    assert [each["status"] for each in response.json()["data"]] == [409, 200]


async def test_a_stage_from_before_stays_readable_and_leads_anywhere(client: AsyncClient) -> None:
    old = await contact(client, lifecycle_stage="ลูกค้าเก่าแก่")

    before = await way(client, old)
    moved = await move(client, old, "lead")

    assert (before["stage"], len(before["open"])) == ("ลูกค้าเก่าแก่", 9)
    assert moved.status_code == 200


async def test_many_move_at_once_and_those_that_may_not_are_named(client: AsyncClient, tenant: Tenant) -> None:
    lead, loyal, unknown = await contact(client, lifecycle_stage="lead"), await contact(
        client, lifecycle_stage="loyal"), str(new_id())  # fmt: skip
    new = await contact(client)

    response = await client.post(
        "/v1/contacts/lifecycle", json={"contact_ids": [lead, loyal, new, unknown], "stage": "opportunity"}
    )

    result = response.json()
    assert (result["changed"], result["unknown"]) == (2, [unknown])
    assert [(each["contact_id"], each["code"]) for each in result["refused"]] == [(loyal, "lifecycle_move_refused")]
    assert {fact.from_stage for fact in await told(tenant)} == {"lead", None}


async def test_the_funnel_counts_each_stage_and_all_that_came_as_far(client: AsyncClient) -> None:
    for stage in ("lead", "lead", "customer", "hero", None):
        await contact(client, lifecycle_stage=stage)
    gone = await contact(client, lifecycle_stage="lead")
    await client.delete(f"/v1/contacts/{gone}")

    found = (await client.get("/v1/lifecycle-stages/summary")).json()

    counts = {each["stage"]: (each["contacts"], each["reached"]) for each in found["stages"]}
    assert (found["contacts"], found["without_stage"]) == (5, 1)
    assert (counts["lead"], counts["customer"], counts["loyal"], counts["hero"]) == ((2, 3), (1, 1), (0, 0), (1, None))
