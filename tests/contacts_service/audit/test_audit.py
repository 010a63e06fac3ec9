"""The audit log: every fact once, chained, and never edited."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.audit.consumer import TOLD_AGAIN, audit_consumer, audited_types
from contacts_service.facts import FACTS
from shared.db import Database
from shared.db.record import now
from shared.ids import new_id
from shared.messaging.message import Message
from shared.observability.context import Context
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

UPDATED = "contacts.contact.updated.v1"
DOCUMENTED = Path(__file__).parents[3] / "docs" / "events"


def updated(tenant: Tenant, *, changed: Sequence[str] = ("tags",), version: int = 2) -> Message:
    context = Context(tenant.id, actor_id=tenant.actor_id, correlation_id="req-1")
    return fact(context, UPDATED, new_id(), version, changed_fields=list(changed))


async def append(service: ServiceUnderTest, *messages: Message) -> None:
    await dispatch(audit_consumer(FACTS), service.database, *messages)


async def entries(client: AsyncClient, **params: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/audit-log", params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


async def verdict(client: AsyncClient, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/v1/audit-log/verification", params=params)).json()
    return found


async def as_owner(databases: Any, statement: str, **given: Any) -> None:
    """What somebody with all rights over the database could do."""
    async with Database(databases["contacts"].owner) as owner, owner.transaction() as session:
        await session.execute(text("alter table audit_entries disable trigger user"))
        await session.execute(text("alter table audit_entries no force row level security"))
        await session.execute(text(statement), given)
        await session.execute(text("alter table audit_entries force row level security"))
        await session.execute(text("alter table audit_entries enable trigger user"))


async def test_what_happened_is_told_with_who_and_when(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    first, second = updated(tenant), updated(tenant, changed=["email"], version=7)

    await append(service, first, second)

    latest, before = await entries(client)
    assert [before["id"], latest["id"]] == [1, 2]
    assert (latest["event_type"], latest["subject"], latest["version"]) == (UPDATED, second.subject, 7)
    assert (latest["actor_id"], latest["request_id"]) == (str(tenant.actor_id), "req-1")
    assert latest["changed_fields"] == ["email"]
    assert latest["occurred_at"].endswith("Z")


async def test_a_fact_that_comes_twice_is_entered_once(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    message = updated(tenant)

    await append(service, message)
    await append(service, message, updated(tenant))

    assert len(await entries(client)) == 2
    assert (await verdict(client))["entries"] == 2


async def test_entries_are_found_by_subject_actor_and_time(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    messages = [updated(tenant) for _ in range(3)]
    await append(service, *messages)

    assert [each["subject"] for each in await entries(client, subject=messages[1].subject)] == [messages[1].subject]
    assert len(await entries(client, actor_id=str(tenant.actor_id), event_type=UPDATED)) == 3
    assert await entries(client, **{"occurred_at[gt]": (now() + timedelta(minutes=1)).isoformat()}) == []


async def test_an_untouched_log_is_whole(service: ServiceUnderTest, client: AsyncClient, tenant: Tenant) -> None:
    for _ in range(3):
        await append(service, *(updated(tenant) for _ in range(4)))

    found = await verdict(client)

    assert (found["valid"], found["entries"], found["first_broken"]) == (True, 12, None)
    assert len(found["hash"]) == 64


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update audit_entries set actor_id = null where tenant_id = :tenant_id and number = 3", 3),
        ("update audit_entries set changed_fields = '{}' where tenant_id = :tenant_id and number = 1", 1),
        ("delete from audit_entries where tenant_id = :tenant_id and number = 2", 2),
    ],
)
async def test_even_the_owner_of_the_database_cannot_change_it_unseen(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant, databases: Any, statement: str, broken: int
) -> None:
    await append(service, *(updated(tenant) for _ in range(5)))

    await as_owner(databases, statement, tenant_id=tenant.id)

    found = await verdict(client)
    assert (found["valid"], found["first_broken"], found["entries"]) == (False, broken, broken - 1)


@pytest.mark.parametrize(
    "statement", ["update audit_entries set actor_id = null", "delete from audit_entries", "truncate audit_entries"]
)
async def test_the_service_itself_cannot_edit_it(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant, statement: str
) -> None:
    await append(service, updated(tenant))

    async def edit() -> None:
        async with service.database.transaction(tenant.context) as session:
            await session.execute(text(statement))

    with pytest.raises(Exception, match="permission denied"):
        await edit()

    assert (await verdict(client))["entries"] == 1


async def test_a_day_that_is_over_is_told_to_others(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    await append(service, updated(tenant))
    yesterday = (now() - timedelta(days=1)).date()
    async with service.database.transaction(tenant.context) as session:
        await session.execute(text("update audit_heads set day = :day"), {"day": yesterday})
    kept = (await verdict(client))["hash"]

    await append(service, updated(tenant))

    async with service.system.transaction() as session:
        bodies = await session.scalars(
            text("select body from outbox where tenant_id = :tenant_id and type = 'contacts.audit_day.closed.v1'"),
            {"tenant_id": tenant.id},
        )
        assert [(body["day"], body["number"], body["hash"]) for body in bodies] == [(str(yesterday), 1, kept)]


async def test_a_day_without_entries_is_whole(client: AsyncClient) -> None:
    assert (await verdict(client, day="2020-02-02"))["valid"] is True


async def test_only_who_may_audit_reads_it(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:*") as clerk:
        response = await clerk.get("/v1/audit-log")

    assert response.status_code == 403


def test_every_documented_fact_is_audited() -> None:
    documented = {path.stem for path in DOCUMENTED.glob("contacts.*.json")}

    assert set(audited_types(FACTS)) == {each for each in documented if not any(part in each for part in TOLD_AGAIN)}


@pytest.mark.parametrize("day", ["0", "1764115200", "-1"])
async def test_a_bare_number_is_no_day(client: AsyncClient, day: str) -> None:
    response = await client.get("/v1/audit-log/verification", params={"day": day})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["parameter"] == "day"
