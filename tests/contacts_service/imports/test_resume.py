import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.record import now
from shared.messaging.jobs import run_once
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.imports.importing import Importing, key, outcome

ROWS = "name,email,company\n" + "".join(f"Person {n},p{n}@example.com,Firm {n % 7}\n" for n in range(3_500))

TAKE_EMAIL = text(
    "insert into contact_keys (tenant_id, kind, value, contact_id)"
    " values (:tenant_id, 'email', 'ada@example.com', :tenant_id)"
)


class Killed(BaseException):
    """The process ended here."""


async def start(importing: Importing) -> tuple[dict[str, Any], str]:
    uploaded = await importing.upload(ROWS)
    response = await importing.client.post(f"/v1/imports/{uploaded['id']}/run", headers=key())
    return uploaded, response.headers["location"]


async def take_step(importing: Importing) -> int:
    return await run_once(importing.jobs.jobs[0], importing.service.database, importing.service.system, now())


async def test_a_worker_killed_at_the_end_of_any_step_loses_and_doubles_nothing(
    importing: Importing, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, operation = await start(importing)
    commit = AsyncSession.commit
    steps = 0

    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr("shared.operations.models.Operation.succeed", _dying())
            patched.setattr("shared.files.read_ahead.OpenFile.advance", _dying())
            with pytest.raises(Killed):
                await take_step(importing)
        importing.restart_worker()
        steps += await take_step(importing)
        importing.restart_worker()

    assert commit is AsyncSession.commit
    assert steps == 2
    assert outcome(await importing.finish(operation)) == {"created": 3_500}
    assert (await tenant.count("contacts"), await tenant.count("companies")) == (3_500, 7)
    types = await tenant.staged_types()
    assert types.count("contacts.contact.created.v1") == 3_500
    assert types.count("contacts.import.completed.v1") == 1


def _dying() -> Callable[..., Any]:
    def die(*_: object, **__: object) -> None:
        raise Killed

    return die


async def test_a_step_whose_task_is_cancelled_is_done_again(importing: Importing, tenant: Tenant) -> None:
    _, operation = await start(importing)

    for delay_s in (0.02, 0.1, 0.2, 0.3):
        task = asyncio.create_task(take_step(importing))
        await asyncio.sleep(delay_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert outcome(await importing.finish(operation)) == {"created": 3_500}
    assert await tenant.count("contacts") == 3_500


async def test_a_dry_run_begins_anew_in_another_process(importing: Importing, tenant: Tenant) -> None:
    uploaded = await importing.upload(ROWS + "Bad,bad,\n" + ROWS.partition("\n")[2])
    response = await importing.client.post(f"/v1/imports/{uploaded['id']}/dry-run")

    await take_step(importing)
    importing.restart_worker()
    operation = await importing.finish(response.headers["location"])

    assert outcome(operation) == {"created": 3_500, "updated": 3_500, "failed": 1}
    assert await tenant.count("contacts") == 0


async def test_two_imports_of_one_file_at_once_make_no_doubles(
    importing: Importing, service: ServiceUnderTest, tenant: Tenant
) -> None:
    other = Importing(service, importing.client, importing.files_dir)
    rows = "name,phone,company\n" + "".join(f"คน {n},08{n:08},Firm {n % 7}\n" for n in range(1_500))
    uploaded = [await importing.upload(rows), await importing.upload(rows)]

    first, second = await asyncio.gather(importing.run(uploaded[0]), other.run(uploaded[1]))

    counts = [outcome(operation) for operation in (first, second)]
    assert sum(each.get("created", 0) for each in counts) == 1_500
    assert sum(each.get("unchanged", 0) for each in counts) == 1_500
    assert (await tenant.count("contacts"), await tenant.count("companies")) == (1_500, 7)


async def test_a_writer_that_is_faster_makes_rows_updates_or_errors(importing: Importing, tenant: Tenant) -> None:
    """Another transaction takes an e-mail after the chunk looked and before it writes."""
    uploaded = await importing.upload("name,email,phone\nAda,ada@example.com,0812345678\nBob,bob@example.com,\n")

    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text("lock table contact_keys in share row exclusive mode"))
        running = asyncio.create_task(importing.run(uploaded))
        await asyncio.sleep(0.5)
        await session.execute(TAKE_EMAIL, {"tenant_id": tenant.id})

    assert outcome(await running) == {"created": 1, "failed": 1}
    assert b"email_taken" in await importing.errors(uploaded)


async def test_a_cancelled_import_stops_and_may_run_again(importing: Importing) -> None:
    uploaded, operation = await start(importing)
    await take_step(importing)

    await importing.client.post(f"{operation}/cancel")
    stopped = (await importing.client.get(f"/v1/imports/{uploaded['id']}")).json()
    again = await importing.run(uploaded)

    assert (stopped["status"], stopped["counts"]["created"]) == ("cancelled", 2_000)
    assert outcome(again) == {"created": 1_500, "unchanged": 2_000}
