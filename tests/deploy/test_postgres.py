"""The embedded PostgreSQL survives what happens to programs on a developer's machine."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import postgres
from deploy.local.ports import free_port
from deploy.local.processes import wait_until


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], postgres.Server]]:
    """Starts the server of one directory, as often as a test likes."""
    port, started = free_port(), list[postgres.Server]()

    def begin() -> postgres.Server:
        started.append(postgres.start(tmp_path / "pg", port))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


async def query(server: postgres.Server, statement: str) -> object:
    connection = await asyncpg.connect(server.superuser_url().replace("+asyncpg", ""))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_thai_text_is_text(server: postgres.Server) -> None:
    encoding, word = await query(server, "show server_encoding"), await query(server, r"select 'ก' ~ '^\w$'")

    assert (encoding, word) == ("UTF8", True)


async def test_a_wrong_password_is_refused(server: postgres.Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(host="127.0.0.1", port=server.port, user="postgres", password="wrong")


async def test_data_survives_stop_and_start(start: Callable[[], postgres.Server]) -> None:
    first = start()
    await query(first, "create table kept as select 'คงอยู่' as word")

    first.stop()
    second = start()

    assert second.pid != first.pid
    assert await query(second, "select word from kept") == "คงอยู่"


async def test_data_survives_kill_9(start: Callable[[], postgres.Server]) -> None:
    first = start()
    await query(first, "create table kept as select 1 as one")

    os.kill(first.pid, signal.SIGKILL)
    assert wait_until(lambda: not first.is_running(), timeout_s=10)

    assert await query(start(), "select one from kept") == 1


async def test_a_pid_that_another_program_got_by_now_does_not_prevent_a_start(
    start: Callable[[], postgres.Server],
) -> None:
    first = start()
    pid_file = first.data_dir / "cluster" / "postmaster.pid"
    text = pid_file.read_text()
    first.stop()
    pid_file.write_text(text.replace(str(first.pid), str(os.getpid()), 1))

    assert await query(start(), "select 1") == 1


def test_a_running_server_is_reused_on_its_port(server: postgres.Server) -> None:
    again = postgres.start(server.data_dir, server.port, durable=False)

    assert again.pid == server.pid
    assert again.superuser_url() == server.superuser_url()


def test_a_running_server_is_reported_to_who_wants_another_port(server: postgres.Server) -> None:
    with pytest.raises(postgres.PostgresError, match=f"already on port {server.port}"):
        postgres.start(server.data_dir, free_port())


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "pg" / "cluster.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")

    running = postgres.start(tmp_path / "pg", free_port(), durable=False)
    running.stop()

    assert not unfinished.exists()


def test_secrets_are_readable_by_their_owner_only(server: postgres.Server) -> None:
    mode = (server.data_dir / "superuser.password").stat().st_mode & 0o777

    assert mode == 0o600
