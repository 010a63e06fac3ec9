"""A person goes from this service; what comes late brings nobody back."""

from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx import AsyncClient
from sqlalchemy import text

from interaction_service.known_contacts.consumer import consumer as known_contacts
from interaction_service.privacy import jobs as privacy_jobs
from interaction_service.privacy.consumer import consumer
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.messaging.message import Message
from shared.testing.events import dispatch, fact
from shared.testing.jobs import run_until_idle
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts

EMAIL = "malee@example.com"
KNOWN = text("select version, full_name, emails, deleted from known_contacts where id = :id")
STORED = text("select contact_id, contact_key, tags, lines, deleted_at from orders")
TASKS = text("select count(*) from privacy_tasks where done_at is null")
OFFSET = text("""
insert into consumer_offset (consumer, topic, partition, parked) values ('tests', 'samphan.contacts', :partition, 1)
""")
PARK = text("""
insert into parked_event (tenant_id, consumer, topic, partition, log_offset, key, event_id, type, subject, time,
  headers, body, error, fingerprint)
values (:tenant_id, 'tests', 'samphan.contacts', :partition, 1, :key, :id, 'contacts.contact.created.v1', :key, now(),
  '{}', :body, '', '')
""")
PARKED = text("select parked from consumer_offset where consumer = 'tests' and partition = :partition")
CALL = {"kind": "call", "direction": "inbound", "subject": "แพ้ถั่ว", "external_ids": [{"system": "line", "id": "m-1"}]}
LINES = [{"sku": "A1", "name": "เค้กวันเกิดของมาลี", "amount": {"amount": "120.00", "currency": "THB"}}]


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    made = Jobs()
    privacy_jobs.register(made, tmp_path)
    return made


def asked(tenant: Tenant, contact_id: UUID, kind: str = "erasure") -> Message:
    body = {"request_id": new_id(), "contact_id": contact_id, "contact_ids": [contact_id]}
    return fact(tenant.context, f"contacts.{kind}.requested.v1", contact_id, 1, **body)


async def customer(client: AsyncClient, facts: Facts) -> UUID:
    """With a call and two orders: one names the contact, one an e-mail that nobody else has."""
    contact_id = new_id()
    await facts.contact(contact_id, 1, full_name="มาลี", emails=[EMAIL])
    for path, more in (
        ("interactions", {**CALL, "contact_id": str(contact_id)}),
        ("orders", {"source": "shop", "number": "1", "contact_id": str(contact_id), "lines": LINES, "tags": ["VIP"]}),
        ("orders", {"source": "shop", "number": "2", "contact_ref": {"system": "email", "id": EMAIL}, "lines": LINES}),
    ):
        answer = await client.post(f"/v1/{path}", json=more)
        assert answer.status_code == 201, answer.text
    return contact_id


async def erase(tenant: Tenant, jobs: Jobs, contact_id: UUID) -> None:
    await dispatch(consumer, tenant.database, asked(tenant, contact_id))
    await run_until_idle(jobs, tenant.database, tenant.system)


async def known(tenant: Tenant, contact_id: UUID) -> Any:
    async with tenant.database.transaction(tenant.context) as session:
        return (await session.execute(KNOWN, {"id": contact_id})).one()


async def orders(client: AsyncClient) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = (await client.get("/v1/orders?sort=placed_at")).json()["data"]
    return data


async def test_orders_stay_without_the_person_and_all_else_goes(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)

    await erase(tenant, jobs, contact_id)

    left = await orders(client)
    assert {(each["number"], each["total"]["amount"]) for each in left} == {("1", "120.00"), ("2", "120.00")}
    assert [(each["contact_id"], each["contact_ref"], each["tags"]) for each in left] == [(None, None, [])] * 2
    assert [each["lines"][0]["name"] for each in left] == [None, None]
    assert (await client.get("/v1/interactions")).json()["data"] == []
    assert await tenant.count("interaction_keys") == await tenant.count("known_contact_keys") == 0
    assert (await known(tenant, contact_id)).full_name is None


async def test_deleted_orders_lose_the_person_too_and_stay_deleted(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)
    for order in await orders(client):
        await client.delete(f"/v1/orders/{order['id']}")

    await erase(tenant, jobs, contact_id)

    async with tenant.database.transaction(tenant.context) as session:
        rows = (
            await session.execute(text("select contact_id, contact_key, tags, lines, deleted_at from orders"))
        ).all()
    assert [(row.contact_id, row.contact_key, row.tags, row.lines[0]["name"]) for row in rows] == [
        (None, None, [], None)
    ] * 2
    assert all(row.deleted_at is not None for row in rows)
    told = [body for kind, _, body in await facts.staged() if kind == "interactions.order.deleted.v1"]
    assert sorted((body["version"], body["contact_id"] is None) for body in told) == [
        (2, False), (2, False), (3, True), (3, True)
    ]  # fmt: skip


async def test_the_answer_counts_rows_by_table_and_names_nobody(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)

    await erase(tenant, jobs, contact_id)

    staged = await facts.staged()
    answer = next(body for kind, _, body in staged if kind == "interactions.erasure.completed.v1")
    assert answer["counts"].pop("outbox") > 0, "nothing has been published yet"
    assert answer["counts"] == {
        "interaction_keys": 1, "interactions": 1, "known_contact_keys": 1, "known_contacts": 1, "orders": 2,
    }  # fmt: skip
    assert EMAIL not in orjson.dumps([body for _, _, body in staged]).decode()


async def test_later_facts_do_not_bring_an_erased_person_back(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)
    await erase(tenant, jobs, contact_id)

    await facts.contact(contact_id, 99, what="updated", full_name="มาลี", emails=[EMAIL])
    await facts.contact(contact_id, 100, what="snapshot", full_name="มาลี", emails=[EMAIL])

    row = await known(tenant, contact_id)
    assert (row.full_name, row.emails, row.deleted) == (None, [], True)
    assert [each["contact_id"] for each in await orders(client)] == [None, None]


@pytest.mark.parametrize("path", ["interactions", "orders"])
async def test_nothing_more_is_stored_about_an_erased_person(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs, path: str
) -> None:
    contact_id = await customer(client, facts)
    await erase(tenant, jobs, contact_id)
    body = {"interactions": CALL, "orders": {"source": "shop", "number": "3", "lines": LINES}}[path]

    answer = await client.post(f"/v1/{path}", json={**body, "contact_id": str(contact_id)})

    assert answer.status_code == 410
    assert answer.json()["code"] == "person_erased"


async def test_a_kept_answer_about_the_person_is_not_given_again(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)
    call = {**CALL, "contact_id": str(contact_id), "external_ids": []}
    key = {"Idempotency-Key": str(new_id())}
    await client.post("/v1/interactions", json=call, headers=key)
    await erase(tenant, jobs, contact_id)

    again = await client.post("/v1/interactions", json=call, headers=key)

    assert (again.status_code, again.json()["code"]) == (410, "person_erased")
    assert again.headers["idempotent-replayed"] == "true"


async def test_events_that_were_set_aside_go_too(client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs) -> None:
    contact_id = await customer(client, facts)
    at = {"tenant_id": tenant.id, "key": str(contact_id), "partition": contact_id.int % 30_000, "id": new_id()}
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(OFFSET, at)
        await session.execute(PARK, {**at, "body": f'{{"contact_id":"{contact_id}","full_name":"มาลี"}}'})

    await erase(tenant, jobs, contact_id)

    async with tenant.database.transaction(tenant.context) as session:
        parked = await session.scalar(PARKED, at)
    assert await tenant.count("parked_event") == 0
    assert parked == 0


async def test_asking_again_changes_nothing(client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs) -> None:
    contact_id = await customer(client, facts)
    await erase(tenant, jobs, contact_id)
    before = [each["version"] for each in await orders(client)]

    await erase(tenant, jobs, contact_id)

    assert [each["version"] for each in await orders(client)] == before
    assert (await known(tenant, contact_id)).full_name is None


async def test_uploads_that_may_hold_the_person_go_when_no_import_runs(
    client: AsyncClient, tenant: Tenant, facts: Facts, tmp_path: Path
) -> None:
    contact_id = await customer(client, facts)
    file = {"file": ("orders.csv", f"order number,date,email,total\n9,2026-01-02,{EMAIL},5.00\n".encode())}
    upload = await client.post("/v1/order-imports", files=file, headers={"Idempotency-Key": str(new_id())})
    location = f"/v1/order-imports/{upload.json()['id']}"
    run = await client.post(f"{location}/run", headers={"Idempotency-Key": str(new_id())})
    jobs = Jobs()
    privacy_jobs.register(jobs, tmp_path)

    await erase(tenant, jobs, contact_id)
    async with tenant.database.transaction(tenant.context) as session:
        waiting = await session.scalar(TASKS)
    await client.post(f"/v1/operations/{run.json()['id']}/cancel")
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text("update privacy_tasks set run_at = now()"))
    await run_until_idle(jobs, tenant.database, tenant.system)

    left = (await client.get(location)).json()
    assert waiting == 1
    assert left["file_deleted_at"] is not None
    assert left["preview"] == []


async def test_an_upload_that_came_after_the_erasure_stays_when_it_is_repeated(
    client: AsyncClient, tenant: Tenant, facts: Facts, jobs: Jobs
) -> None:
    contact_id = await customer(client, facts)
    await erase(tenant, jobs, contact_id)
    file = {"file": ("orders.csv", b"order number,date,email,total\n9,2026-01-02,ada@example.com,5.00\n")}
    upload = await client.post("/v1/order-imports", files=file, headers={"Idempotency-Key": str(new_id())})

    await erase(tenant, jobs, contact_id)

    assert (await client.get(f"/v1/order-imports/{upload.json()['id']}")).json()["file_deleted_at"] is None


def test_requests_and_contacts_are_of_one_consumer_so_that_they_come_in_order() -> None:
    assert consumer is known_contacts
    assert "contacts.erasure.requested.v1" in known_contacts.types
