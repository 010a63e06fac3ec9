"""Many decisions at once: from a file or another system, as often as it likes."""

from typing import Any

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import MARKETING, a_contact, states

OCCURRED = "2026-03-01T00:00:00Z"


def row(contact_id: str, **more: Any) -> dict[str, Any]:
    return {**MARKETING, "contact_id": contact_id, "decision": "given", "occurred_at": OCCURRED, **more}


async def record(client: AsyncClient, *rows: dict[str, Any]) -> Any:
    return (await client.post("/v1/consents/batch", json={"rows": list(rows)})).json()["data"]


async def test_what_is_sent_again_is_recorded_once(tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client)

    first = await record(client, row(contact_id), row(contact_id, channel="sms"))
    again = await record(client, row(contact_id), row(contact_id, channel="sms"), row(contact_id, channel="line"))

    assert [each["status"] for each in first] == [201, 201]
    assert [each["status"] for each in again] == [200, 200, 201]
    assert [each["id"] for each in again[:2]] == [each["id"] for each in first]
    assert await tenant.count("consent_decisions") == 3


async def test_a_row_that_is_sent_twice_at_once_is_recorded_once(tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client)

    results = await record(client, row(contact_id), row(contact_id))

    assert results[0]["id"] == results[1]["id"]
    assert sorted(each["status"] for each in results) == [200, 201]
    assert await tenant.count("consent_decisions") == 1


async def test_a_bad_row_fails_alone_and_says_why(client: AsyncClient) -> None:
    contact_id, gone = await a_contact(client), await a_contact(client)
    await client.delete(f"/v1/contacts/{gone}")
    rows = [
        row(contact_id, ref="แถว 1"),
        row(str(new_id())),
        row(gone),
        row(contact_id, purpose="unheard_of"),
        row(contact_id, channel="pigeon"),
        {key: value for key, value in row(contact_id).items() if key != "contact_id"},
        row(contact_id, shoe_size=43),
    ]

    answer = await client.post("/v1/consents/batch", json={"rows": rows})

    results = answer.json()["data"]
    assert answer.status_code == 207
    assert [each["status"] for each in results] == [201, 404, 410, 422, 422, 422, 422]
    assert results[0]["ref"] == "แถว 1"
    assert [each["problem"]["code"] for each in results[1:]] == [
        "contact_not_found", "resource_deleted", "unknown_purpose", "validation_failed", "validation_failed",
        "validation_failed",
    ]  # fmt: skip


async def test_contacts_are_named_by_their_ids_in_other_systems(client: AsyncClient) -> None:
    contact_id = await a_contact(client, external_ids=[{"system": "shop", "id": "7"}])
    named = {key: value for key, value in row(contact_id).items() if key != "contact_id"}

    results = await record(client, {**named, "external_id": {"system": "shop", "id": "7"}})

    assert results[0]["status"] == 201
    assert await states(client, contact_id) == {("marketing", "email"): "given"}


async def test_each_contact_tells_once_what_counts_for_it(tenant: Tenant, client: AsyncClient) -> None:
    first, second = await a_contact(client), await a_contact(client)

    await record(client, row(first), row(first, channel="sms"), row(second, purpose="do_not_contact"), row(second))

    told = [each for each in await tenant.staged_types() if "contact.created" not in each]
    assert sorted(told) == ["contacts.consent.changed.v1"] * 2 + ["contacts.do_not_contact.changed.v1"]


async def test_a_thousand_are_the_most(client: AsyncClient) -> None:
    answer = await client.post("/v1/consents/batch", json={"rows": [{}] * 1001})

    assert answer.status_code == 422
