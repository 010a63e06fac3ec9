"""7.10: long work is watched and stopped through one path, whatever service does it."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.imports import jobs as import_jobs
from shared.ids import new_id
from shared.messaging.housekeeping import forget_expired
from shared.messaging.jobs import Jobs
from shared.observability.context import Context
from shared.operations import Operation, run_operations, start
from shared.testing.jobs import run_until_idle
from tests.contracts.api.conftest import Account, System
from tests.contracts.api.problems import problem_of

OWNERS = ["contacts", "interactions"]
Step = Callable[[AsyncSession, Operation], Awaitable[None]]


class Work:
    """Operations of a kind that only this test has, in one of the services."""

    def __init__(self, system: System, account: Account, owner: str) -> None:
        self.kind = f"test-{new_id()}"
        self._database = system.database(owner)
        self._context = Context(account.tenant.id, actor_id=new_id())
        self._system, self._owner = system, owner

    async def start(self, total: int | None = 3) -> str:
        async with self._database.transaction(self._context) as session:
            operation = await start(session, self.kind, {}, total=total)
        return f"/v1/operations/{operation.id}"

    async def run(self, step: Step) -> None:
        jobs = Jobs()
        run_operations(jobs, {self.kind: step})
        async with self._system.all_tenants(self._owner) as everyone:
            await run_until_idle(jobs, self._database, everyone)

    async def a_month_goes_by(self) -> None:
        statement = text("update operations set finished_at = finished_at - interval '31 days' where kind = :kind")
        async with self._system.all_tenants(self._owner) as everyone:
            async with everyone.transaction() as session:
                await session.execute(statement, {"kind": self.kind})
            await forget_expired(everyone)


async def _run_imports(system: System) -> None:
    jobs = Jobs()
    import_jobs.register(jobs, system.services["contacts"].state.settings.files_dir)
    async with system.all_tenants("contacts") as everyone:
        await run_until_idle(jobs, system.database("contacts"), everyone)


@pytest.fixture(params=OWNERS)
def work(request: pytest.FixtureRequest, system: System, account: Account) -> Work:
    return Work(system, account, request.param)


async def _succeed(_: AsyncSession, operation: Operation) -> None:
    operation.done += 1
    if operation.done == operation.total:
        operation.succeed({"created": operation.done})


async def _fail(_: AsyncSession, operation: Operation) -> None:
    operation.fail("file_lost", "The file is gone; upload it again.", name="a.csv")


async def test_what_waits_is_pending_and_says_when_to_ask_again(client: httpx.AsyncClient, work: Work) -> None:
    response = await client.get(await work.start())

    body = response.json()
    assert response.status_code == 200
    assert (body["status"], body["progress"]) == ("pending", {"done": 0, "total": 3})
    assert {body[name] for name in ("result", "error", "finished_at", "expires_at")} == {None}
    assert body["kind"] == work.kind
    assert int(response.headers["retry-after"]) >= 1


async def test_what_has_ended_tells_its_result_and_until_when(client: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()
    await work.run(_succeed)

    response = await client.get(path)

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "succeeded")
    assert (body["result"], body["error"]) == ({"created": 3}, None)
    assert body["progress"] == {"done": 3, "total": 3}
    assert body["expires_at"] > body["finished_at"]
    assert "retry-after" not in response.headers


async def test_what_failed_is_200_and_tells_why(client: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()
    await work.run(_fail)

    response = await client.get(path)

    body = response.json()
    assert (response.status_code, body["status"], body["result"]) == (200, "failed", None)
    assert body["error"] == {
        "code": "file_lost",
        "detail": "The file is gone; upload it again.",
        "params": {"name": "a.csv"},
    }


async def test_between_its_steps_it_is_running(client: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()
    seen: list[dict[str, Any]] = []

    async def look(session: AsyncSession, operation: Operation) -> None:
        seen.append((await client.get(path)).json())
        await _succeed(session, operation)

    await work.run(look)

    assert [(each["status"], each["progress"]["done"]) for each in seen] == [
        ("pending", 0),
        ("running", 1),
        ("running", 2),
    ]


async def test_it_can_be_cancelled_once_and_what_was_done_stays(client: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()

    cancelled = await client.post(f"{path}/cancel")
    again = await client.post(f"{path}/cancel")
    await work.run(_succeed)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert again.json() == cancelled.json() == (await client.get(path)).json()
    assert cancelled.json()["expires_at"] is not None


async def test_asking_again_for_what_did_not_change_is_304(client: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()
    etag = (await client.get(path)).headers["etag"]

    same = await client.get(path, headers={"If-None-Match": etag})
    await work.run(_succeed)
    changed = await client.get(path, headers={"If-None-Match": etag})

    assert (same.status_code, changed.status_code) == (304, 200)


async def test_it_is_kept_for_30_days_after_its_end(client: httpx.AsyncClient, work: Work) -> None:
    ended = await work.start()
    await work.run(_succeed)
    waiting = await work.start()
    await work.a_month_goes_by()

    problem_of(await client.get(ended), 404, "operation_not_found")
    assert (await client.get(waiting)).status_code == 200


async def test_others_know_nothing_of_it(stranger: httpx.AsyncClient, work: Work) -> None:
    path = await work.start()

    problem_of(await stranger.get(path), 404, "operation_not_found")
    problem_of(await stranger.post(f"{path}/cancel"), 404, "operation_not_found")


@pytest.fixture
def uploading(system: System, tmp_path: Path) -> Iterator[None]:
    kept = {name: system.services[name].state.settings for name in OWNERS}
    for name, before in kept.items():
        system.services[name].state.settings = before.model_copy(update={"files_dir": tmp_path / name})
    yield
    for name, before in kept.items():
        system.services[name].state.settings = before


FILES = {
    "/v1/imports": "full_name\nสมชาย ใจดี\n",
    "/v1/order-imports": "เลขที่ใบสั่งซื้อ,อีเมล,วันที่,สกุลเงิน,ชื่อสินค้า,จำนวน,ราคาต่อหน่วย\n"
    "T-1,somchai@example.com,22/11/2568,THB,แก้วน้ำ,2,12.30\n",
}


@pytest.mark.parametrize(("path", "content"), FILES.items(), ids=FILES)
async def test_starting_it_is_202_with_the_place_to_watch(
    client: httpx.AsyncClient, uploading: None, path: str, content: str
) -> None:
    key = {"Idempotency-Key": str(new_id())}
    file = {"file": ("rows.csv", content.encode())}
    uploaded = await client.post(path, files=file, headers={"Idempotency-Key": str(new_id())})
    assert uploaded.status_code == 201, uploaded.text

    started = await client.post(f"{uploaded.headers['location']}/run", headers=key)
    again = await client.post(f"{uploaded.headers['location']}/run", headers=key)

    assert started.status_code == again.status_code == 202, started.text
    assert again.headers["idempotent-replayed"] == "true"
    assert started.headers["location"] == f"/v1/operations/{started.json()['id']}"
    assert started.headers["location"] == again.headers["location"]
    assert int(started.headers["retry-after"]) >= 1
    assert (await client.get(started.headers["location"])).json()["status"] == "pending"


async def test_errors_of_rows_are_a_csv_file(system: System, client: httpx.AsyncClient, uploading: None) -> None:
    file = {"file": ("rows.csv", b"full_name,email\nAda,no address\n")}
    uploaded = await client.post("/v1/imports", files=file, headers={"Idempotency-Key": str(new_id())})
    path = f"{uploaded.headers['location']}/errors"
    await client.post(f"{uploaded.headers['location']}/dry-run")
    await _run_imports(system)

    csv = await client.get(path, headers={"Accept": "text/csv"})
    as_json = await client.get(path, headers={"Accept": "application/json"})

    assert csv.status_code == 200, csv.text
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert "no address" in csv.text
    problem_of(as_json, 406, "not_acceptable")
