from typing import Any

from httpx import AsyncClient

from shared.testing.tenants import Tenant


def create(ref: str, **data: Any) -> dict[str, Any]:
    return {"op": "create", "ref": ref, "data": data}


async def test_a_batch_creates_all_and_answers_in_order(tenant: Tenant, client: AsyncClient) -> None:
    items = [create(str(number), full_name=f"Person {number}") for number in range(200)]

    response = await client.post("/v1/contacts/batch", json={"items": items})

    results = response.json()["data"]
    assert response.status_code == 200
    assert [result["ref"] for result in results] == [str(number) for number in range(200)]
    assert {(result["status"], result["version"]) for result in results} == {(201, 1)}
    assert await tenant.count("contacts") == 200
    assert await tenant.staged_types() == ["contacts.contact.created.v1"] * 200


async def test_bad_items_fail_alone(tenant: Tenant, client: AsyncClient) -> None:
    items = [
        create("ok", full_name="Ada", email="ada@example.com"),
        create("twice", full_name="Eve", email="ADA@example.com"),
        create("bad phone", full_name="Bob", phone="12"),
        {"op": "update", "ref": "unknown", "id": "01890000-0000-7000-8000-000000000000", "data": {"nickname": "x"}},
        {"op": "upsert", "ref": "new", "external_id": {"system": "erp", "id": "7"}, "data": {"full_name": "Carl"}},
        {"op": "update", "ref": "by ext", "external_id": {"system": "erp", "id": "7"}, "data": {"nickname": "C"}},
        {"op": "update", "ref": "stale", "external_id": {"system": "erp", "id": "7"}, "if_version": 1, "data": {}},
        {"op": "delete", "ref": "gone", "external_id": {"system": "erp", "id": "7"}},
    ]

    response = await client.post("/v1/contacts/batch", json={"items": items})

    outcomes = {item["ref"]: (item["status"], (item["problem"] or {}).get("code")) for item in response.json()["data"]}
    assert response.status_code == 207
    assert outcomes == {
        "ok": (201, None),
        "twice": (409, "email_taken"),
        "bad phone": (422, "validation_failed"),
        "unknown": (404, "contact_not_found"),
        "new": (201, None),
        "by ext": (200, None),
        "stale": (412, "version_mismatch"),
        "gone": (204, None),
    }
    assert len(await tenant.staged_types()) == 4


async def test_an_atomic_batch_with_a_bad_item_changes_nothing(tenant: Tenant, client: AsyncClient) -> None:
    items = [create("ok", full_name="Ada"), create("bad", full_name="Bob", emails=[{"value": "x"}])]

    response = await client.post("/v1/contacts/batch", json={"items": items, "atomic": True})

    assert response.status_code == 422
    assert response.json()["code"] == "batch_failed"
    assert response.json()["errors"][0]["pointer"] == "/items/1/data/emails/0/value"
    assert await tenant.count("contacts") == 0
    assert await tenant.staged_types() == []


async def test_more_than_200_items_are_refused(client: AsyncClient) -> None:
    response = await client.post("/v1/contacts/batch", json={"items": [create("x", full_name="x")] * 201})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/items"
