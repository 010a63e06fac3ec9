"""A request about a person from its beginning to its end, as its owner sees it; the other services answer by hand."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx import AsyncClient
from joserfc import jws
from joserfc.jwk import OKPKey
from prometheus_client import REGISTRY
from sqlalchemy import text

from contacts_service.migrations import METADATA
from contacts_service.privacy import jobs as privacy_jobs
from contacts_service.privacy.consumer import consumer
from contacts_service.privacy.holdings import holdings
from contacts_service.suppressions.models import Digests
from deploy.local.databases import LOG, Databases
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.messaging.kafka import KafkaLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.transport import open_log
from shared.testing.events import dispatch, fact
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

OTHERS = ("interactions", "campaigns", "analytics")
MALEE = {"full_name": "มาลี สวัสดี", "email": "malee@example.com", "notes": "แพ้นม"}
OWN_ANSWERS = text("select type, body from outbox where tenant_id = :tenant_id and type like '%.completed.v1'")
BODIES = text("select coalesce(string_agg(cast(body as text), ''), '') from outbox where tenant_id = :tenant_id")


@pytest.fixture
async def jobs(service: ServiceUnderTest, databases: Databases, tmp_path: Path) -> Jobs:
    await ensure_schema(databases[LOG].owner)
    made = Jobs()
    log = partial(open_log, service.settings, client_id="tests")
    privacy_jobs.register(made, holdings(METADATA, tmp_path, Digests(b"k" * 32)), log)
    return made


async def create(client: AsyncClient, **given: Any) -> str:
    return str((await client.post("/v1/contacts", json={**MALEE, **given})).json()["id"])


async def request(client: AsyncClient, contact_id: str, **given: Any) -> str:
    answer = await client.post("/v1/privacy-requests", json={"kind": "erasure", "contact_id": contact_id, **given})
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


async def run(tenant: Tenant, jobs: Jobs) -> None:
    await run_until_idle(jobs, tenant.database, tenant.system)


async def answer(tenant: Tenant, location: str, *services: str, kind: str = "erasure", **counts: int) -> None:
    """Our own answer comes from the outbox, as it would through the log."""
    request_id = UUID(location.rpartition("/")[2])
    for name in services:
        body = {"request_id": request_id, "contact_id": new_id(), "counts": counts}
        message = fact(tenant.context, f"{name}.{kind}.completed.v1", request_id, 1, **body)
        await dispatch(consumer, tenant.database, message)


async def answer_all(tenant: Tenant, location: str, jobs: Jobs, kind: str = "erasure") -> None:
    async with tenant.system.transaction() as session:
        [own] = (await session.execute(OWN_ANSWERS, {"tenant_id": tenant.id})).all()
    await answer(tenant, location, "contacts", kind=kind, **own.body["counts"])
    await answer(tenant, location, *OTHERS, kind=kind)
    await run(tenant, jobs)


async def statuses(client: AsyncClient, location: str) -> tuple[str, Mapping[str, str]]:
    found = (await client.get(location)).json()
    return found["status"], {each["service"]: each["status"] for each in found["services"]}


async def change(tenant: Tenant, setting: str) -> None:
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text(f"update privacy_requests set {setting}"))


async def test_an_erasure_is_completed_when_all_have_answered_and_the_log_is_clean(
    client: AsyncClient, tenant: Tenant, jobs: Jobs
) -> None:
    contact_id = await create(client)
    location = await request(client, contact_id, reason="ขอให้ลบ")
    await run(tenant, jobs)
    await answer(tenant, location, *OTHERS[:2], interactions=3)
    waiting = await statuses(client, location)

    await answer_all(tenant, location, jobs)

    found = (await client.get(location)).json()
    counts = {each["service"]: each["counts"] for each in found["services"]}
    assert waiting[0] == "running"
    assert waiting[1] == {
        "analytics": "waiting", "campaigns": "completed", "contacts": "waiting", "interactions": "completed",
        "log": "waiting",
    }  # fmt: skip
    assert (found["status"], found["reason"]) == ("completed", None)
    assert {name: counts["contacts"][name] for name in ("contacts", "contact_keys", "contact_search")} == {
        "contacts": 1, "contact_keys": 1, "contact_search": 1
    }  # fmt: skip
    assert counts["interactions"] == {"interactions": 3}
    assert (await client.get(f"/v1/contacts/{contact_id}")).status_code == 404
    assert "contacts.privacy_request.ended.v1" in await tenant.staged_types()


async def test_no_event_about_an_erased_person_waits_to_be_published(
    client: AsyncClient, tenant: Tenant, jobs: Jobs
) -> None:
    await request(client, await create(client))

    await run(tenant, jobs)

    async with tenant.system.transaction() as session:
        waiting = await session.scalar(BODIES, {"tenant_id": tenant.id})
    assert "malee@example.com" not in waiting
    assert "contacts.erasure.requested.v1" in await tenant.staged_types()


async def test_published_events_lose_what_they_say_about_the_person(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, jobs: Jobs
) -> None:
    contact_id = await create(client)
    log = open_log(service.settings, client_id="tests")
    assert isinstance(log, PostgresLog)
    relay = Relay("contacts", service.settings.system_database_url, log)
    await relay.drain()
    await relay.close()
    location = await request(client, contact_id)
    await run(tenant, jobs)

    await answer_all(tenant, location, jobs)

    rows = await log.connections.fetch("select type, body from log_event where key = $1", contact_id)
    await log.close()
    assert [(row["type"], row["body"]) for row in rows] == [("erased", "")]


async def test_an_erased_contact_is_not_made_again(client: AsyncClient, tenant: Tenant, jobs: Jobs) -> None:
    contact_id = str(new_id())
    await create(client, id=contact_id)
    await request(client, contact_id)
    await run(tenant, jobs)

    again = await client.post("/v1/contacts", json={**MALEE, "id": contact_id})

    assert (again.status_code, again.json()["code"]) == (410, "person_erased")


async def test_the_receipt_is_signed_and_says_nothing_about_the_person(
    client: AsyncClient, tenant: Tenant, jobs: Jobs
) -> None:
    location = await request(client, await create(client), reason="มาลีขอ")
    early = await client.get(f"{location}/receipt")
    await run(tenant, jobs)
    await answer_all(tenant, location, jobs)

    receipt = (await client.get(f"{location}/receipt")).json()

    key = OKPKey.import_key(receipt["public_key"])
    signed = jws.deserialize_compact(receipt["signature"], key, algorithms=["Ed25519"])
    assert early.status_code == 409
    assert orjson.loads(signed.payload) == receipt["statement"]
    assert {each["service"] for each in receipt["statement"]["services"]} == {"contacts", *OTHERS, "log"}
    assert not any(text in str(receipt) for text in ("มาลี", "malee", "แพ้นม"))


async def test_where_the_log_cannot_be_rewritten_the_receipt_says_when_it_forgets(
    client: AsyncClient, tenant: Tenant, tmp_path: Path
) -> None:
    jobs = Jobs()
    kafka = partial(KafkaLog, "127.0.0.1:1", client_id="tests")  # it is not even asked
    privacy_jobs.register(jobs, holdings(METADATA, tmp_path, Digests(b"k" * 32)), kafka)
    location = await request(client, await create(client))
    await run(tenant, jobs)
    await answer_all(tenant, location, jobs)

    statement = (await client.get(f"{location}/receipt")).json()["statement"]

    completed_at, gone_at = (datetime.fromisoformat(statement[name]) for name in ("completed_at", "gone_everywhere_at"))
    assert {each["service"]: each["status"] for each in statement["services"]}["log"] == "expiring"
    assert gone_at - completed_at == timedelta(days=14)


async def test_a_request_can_be_cancelled_before_it_begins(client: AsyncClient, tenant: Tenant, jobs: Jobs) -> None:
    contact_id = await create(client)
    later = await request(client, contact_id, start_at="2099-01-01T00:00:00Z")
    begun = await request(client, await create(client, email="ada@example.com"))
    await run(tenant, jobs)

    cancelled = await client.post(f"{later}/cancel")
    refused = await client.post(f"{begun}/cancel")

    assert cancelled.json()["status"] == "cancelled"
    assert (refused.status_code, refused.json()["code"]) == (409, "privacy_request_started")
    assert (await client.get(f"/v1/contacts/{contact_id}")).status_code == 200


async def test_services_are_asked_again_each_day_and_given_up_after_14(
    client: AsyncClient, tenant: Tenant, jobs: Jobs
) -> None:
    location = await request(client, await create(client))
    await run(tenant, jobs)
    await answer(tenant, location, *OTHERS[:2])
    await change(tenant, "ask_at = now()")
    await run(tenant, jobs)
    asked = (await tenant.staged_types()).count("contacts.erasure.requested.v1")

    await change(tenant, "ask_at = now(), started_at = now() - interval '15 days'")
    await run(tenant, jobs)

    status, services = await statuses(client, location)
    assert asked == 2
    assert status == "failed"
    assert services["interactions"] == "completed"
    assert services["analytics"] == "failed"


async def test_a_request_that_waits_for_three_days_raises_an_alarm(
    client: AsyncClient, tenant: Tenant, jobs: Jobs
) -> None:
    await request(client, await create(client))
    await run(tenant, jobs)
    await change(tenant, "started_at = now() - interval '73 hours'")

    await run(tenant, jobs)

    alarm = REGISTRY.get_sample_value("samphan_privacy_overdue_requests") or 0
    await change(tenant, "status = 'failed', ask_at = null")
    assert alarm >= 1


async def test_an_answer_that_is_repeated_counts_once(client: AsyncClient, tenant: Tenant, jobs: Jobs) -> None:
    location = await request(client, await create(client))
    await run(tenant, jobs)
    body = {"request_id": UUID(location.rpartition("/")[2]), "contact_id": new_id(), "counts": {"interactions": 2}}
    message = fact(tenant.context, "interactions.erasure.completed.v1", new_id(), 1, **body)

    await dispatch(consumer, tenant.database, message)
    await dispatch(consumer, tenant.database, message)

    found = (await client.get(location)).json()["services"]
    assert next(each for each in found if each["service"] == "interactions")["counts"] == {"interactions": 2}


async def test_a_contact_that_is_not_there_cannot_be_asked_for(client: AsyncClient) -> None:
    answer = await client.post("/v1/privacy-requests", json={"kind": "export", "contact_id": str(new_id())})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_contact")
    assert answer.json()["errors"][0]["pointer"] == "/contact_id"


async def test_a_deleted_contact_is_erased_like_any_other(client: AsyncClient, tenant: Tenant, jobs: Jobs) -> None:
    contact_id = await create(client)
    await client.delete(f"/v1/contacts/{contact_id}")
    await request(client, contact_id)

    await run(tenant, jobs)

    assert await tenant.count("contacts") == 0


async def test_two_requests_of_one_person_do_no_harm(client: AsyncClient, tenant: Tenant, jobs: Jobs) -> None:
    contact_id = await create(client)
    locations = [await request(client, contact_id) for _ in range(2)]

    await run(tenant, jobs)
    for location in locations:
        await answer(tenant, location, "contacts", *OTHERS)
    await run(tenant, jobs)

    found = await asyncio.gather(*(statuses(client, location) for location in locations))
    assert [status for status, _ in found] == ["completed", "completed"]


async def test_only_some_may_ask(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:write", "privacy:read") as client:
        answer = await client.post("/v1/privacy-requests", json={"kind": "erasure", "contact_id": str(new_id())})

    assert answer.status_code == 403
