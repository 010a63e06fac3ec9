"""A colleague's customers change hands in one call, and come back when they were lent."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.handovers import jobs, moving
from shared.auth import Visibility
from shared.db.record import now
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

PLOY, JAMES, MALI = (str(new_id()) for _ in range(3))


@pytest.fixture(autouse=True, params=[moving.FEW, 0], ids=["few", "many"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways in which the database is told to go about it."""
    monkeypatch.setattr(moving, "FEW", request.param)


async def customer(client: AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts", json={"full_name": name, "owner_id": PLOY, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def reassign(client: AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts/reassign", json={"to_owner_id": JAMES, **body})
    assert response.status_code == 200, response.text
    done: dict[str, Any] = response.json()
    return done


async def owners(client: AsyncClient) -> dict[str, str | None]:
    listed = (await client.get("/v1/contacts")).json()["data"]
    return {each["full_name"]: each["owner_id"] for each in listed}


async def history(client: AsyncClient, contact_id: str) -> list[tuple[str | None, str | None]]:
    found = (await client.get(f"/v1/contacts/{contact_id}/owners")).json()["data"]
    return [(each["owner_id"], each["reason"]) for each in found]


async def bodies(tenant: Tenant, event_type: str) -> list[dict[str, Any]]:
    query = text("select body::text from outbox where tenant_id = :tenant_id and type = :type order by id")
    async with tenant.system.transaction() as session:
        found = await session.scalars(query, {"tenant_id": tenant.id, "type": event_type})
        return [{name: _instant(value) for name, value in json.loads(body).items()} for body in found]


def _instant(value: Any) -> Any:
    """PostgreSQL and Pydantic write as many digits of a second as they like."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


async def test_all_customers_of_a_colleague_change_hands_at_once(client: AsyncClient) -> None:
    first = await customer(client, "สมชาย ใจดี")
    await customer(client, "Ada Lovelace")
    await customer(client, "Mali's", owner_id=MALI)

    done = await reassign(client, from_owner_id=PLOY, reason="ลาออก")

    assert (done["contacts"], done["more"], done["handover"]["contacts"]) == (2, False, 2)
    assert await owners(client) == {"สมชาย ใจดี": JAMES, "Ada Lovelace": JAMES, "Mali's": MALI}
    assert await history(client, first["id"]) == [(JAMES, "ลาออก"), (PLOY, None)]
    assert (await client.get(f"/v1/contacts/{first['id']}")).json()["version"] == 2


async def test_a_dry_run_counts_and_changes_nothing(tenant: Tenant, client: AsyncClient) -> None:
    await customer(client, "สมชาย ใจดี")

    done = await reassign(client, from_owner_id=PLOY, dry_run=True)

    assert done == {"contacts": 1, "more": False, "handover": None}
    assert await owners(client) == {"สมชาย ใจดี": PLOY}
    assert await tenant.count("handovers") == 0


async def test_a_filter_and_ids_choose_whom(client: AsyncClient) -> None:
    await customer(client, "Wholesale", customer_class="wholesale", tags=["VIP"])
    retail = await customer(client, "Retail", customer_class="retail")
    await customer(client, "Other")
    no_email = {"not": {"field": "email", "op": "is_null", "value": False}}
    tagged = {"and": [{"field": "tags", "op": "contains", "value": "VIP"}, no_email]}

    by_filter = await reassign(client, filter=tagged)
    by_id = await reassign(client, contact_ids=[retail["id"], str(new_id())])

    assert (by_filter["contacts"], by_id["contacts"]) == (1, 1)
    assert await owners(client) == {"Wholesale": JAMES, "Retail": JAMES, "Other": PLOY}


async def test_customers_who_are_there_already_or_deleted_stay_as_they_are(client: AsyncClient) -> None:
    there = await customer(client, "There", owner_id=JAMES)
    deleted = await customer(client, "Deleted")
    await client.delete(f"/v1/contacts/{deleted['id']}")

    done = await reassign(client, contact_ids=[there["id"], deleted["id"]])

    assert done["contacts"] == 0
    assert (await client.get(f"/v1/contacts/{there['id']}")).json()["version"] == 1


async def test_events_of_a_handover_are_those_of_single_changes(tenant: Tenant, client: AsyncClient) -> None:
    emails = [{"value": "home@example.com"}, {"value": "work@example.com", "primary": True}]
    full: dict[str, Any] = {
        "emails": emails, "phone": "0812345678", "external_ids": [{"system": "line", "id": "1"}], "tags": ["ก", "b"],
        "birthday": {"month": 4, "day": 13}, "language": "th", "customer_class": "retail",
    }  # fmt: skip
    contact = await customer(client, "สมชาย ใจดี", **full)
    await client.patch(f"/v1/contacts/{contact['id']}", json={"owner_id": MALI})

    done = await reassign(client, from_owner_id=MALI)

    by_hand, by_move = await bodies(tenant, "contacts.contact.updated.v1")
    first, second = await bodies(tenant, "contacts.owner.changed.v1")
    varying = {"version", "owner_id", "updated_at"}
    assert by_hand.keys() == by_move.keys()
    assert {name for name in by_hand if by_hand[name] != by_move[name]} == varying
    assert (by_move["version"], by_move["owner_id"], by_move["changed_fields"]) == (3, JAMES, ["owner_id"])
    assert by_move["updated_at"].tzinfo is not None
    assert (first["from_owner_id"], first["to_owner_id"], first["handover_id"]) == (PLOY, MALI, None)
    assert (second["from_owner_id"], second["to_owner_id"]) == (MALI, JAMES)
    assert second["handover_id"] == done["handover"]["id"]


async def test_what_was_lent_comes_back_by_itself(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    mine = await customer(client, "Ploy's")
    await customer(client, "Mali's", owner_id=MALI)
    passed_on = await customer(client, "Passed on")
    soon = (now() + timedelta(hours=1)).isoformat()
    lent = await reassign(client, filter={"field": "full_name", "op": "ne", "value": ""}, return_at=soon)
    await client.patch(f"/v1/contacts/{passed_on['id']}", json={"owner_id": str(tenant.actor_id)})
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text("update handovers set return_at = now() - interval '1 second'"))
    work = Jobs()
    jobs.register(work)

    await run_until_idle(work, service.database, service.system)

    handover = (await client.get(f"/v1/handovers/{lent['handover']['id']}")).json()
    assert await owners(client) == {"Ploy's": PLOY, "Mali's": MALI, "Passed on": str(tenant.actor_id)}
    assert (handover["contacts"], handover["returned"]) == (3, 2)
    assert handover["returned_at"] is not None
    assert [owner for owner, _ in await history(client, mine["id"])] == [PLOY, JAMES, PLOY]


async def test_a_handover_ends_early_on_request_and_only_if_it_was_temporary(client: AsyncClient) -> None:
    await customer(client, "Ploy's")
    lent = await reassign(client, from_owner_id=PLOY, return_at=(now() + timedelta(days=1)).isoformat())
    path = f"/v1/handovers/{lent['handover']['id']}/return"

    answers = [await client.post(path), await client.post(path)]
    for_good = await reassign(client, from_owner_id=PLOY)
    refused = await client.post(f"/v1/handovers/{for_good['handover']['id']}/return")

    assert [(answer.status_code, answer.json()["returned"]) for answer in answers] == [(200, 1), (200, 1)]
    assert (refused.status_code, refused.json()["code"]) == (409, "not_temporary")
    assert [each["reason"] for each in (await client.get("/v1/handovers")).json()["data"]] == [None, None]


async def test_a_reassignment_says_whom_and_to_somebody_else(client: AsyncClient) -> None:
    nobody = await client.post("/v1/contacts/reassign", json={"to_owner_id": JAMES})
    same = await client.post("/v1/contacts/reassign", json={"to_owner_id": JAMES, "from_owner_id": JAMES})

    assert nobody.status_code == 422
    assert (same.status_code, same.json()["code"]) == (422, "same_owner")


async def test_only_managers_reassign(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read", "contacts:write") as sales:
        answer = await sales.post("/v1/contacts/reassign", json={"to_owner_id": JAMES, "from_owner_id": PLOY})

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_a_change_of_owner_stamps_the_contact_for_delta_sync(tenant: Tenant, client: AsyncClient) -> None:
    contact = await customer(client, "Ploy's")
    stamp = text("select sync_xid::text::bigint from contacts where id = :id")
    async with tenant.database.transaction(tenant.context) as session:
        before = await session.scalar(stamp, {"id": contact["id"]})

    await reassign(client, from_owner_id=PLOY)

    async with tenant.database.transaction(tenant.context) as session:
        assert (await session.scalar(stamp, {"id": contact["id"]}) or 0) > (before or 0)


async def test_whoever_sees_only_his_own_hands_over_only_his_own(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    lead = tenant.colleague(Visibility.OWN)
    await customer(client, "His", owner_id=str(lead.actor_id))
    await customer(client, "Ploy's")
    anybody = {"field": "full_name", "op": "ne", "value": ""}

    async with service.client(lead) as his:
        counted = await reassign(his, filter=anybody, dry_run=True)
        done = await reassign(his, filter=anybody)

    assert (counted["contacts"], done["contacts"]) == (1, 1)
    assert await owners(client) == {"His": JAMES, "Ploy's": PLOY}
