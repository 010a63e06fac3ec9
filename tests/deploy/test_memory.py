"""The embedded PostgreSQL takes its share of the memory, whatever the machine."""

from pathlib import Path

import asyncpg
import pytest

from deploy.local import memory, postgres
from deploy.local.ports import free_port

GB = 2**30


@pytest.mark.parametrize(
    ("limit", "buffers"), [(str(GB // 2), "128MB"), (str(4 * GB), "512MB"), (str(6 * GB), "768MB"), ("max", "2048MB")]
)
def test_a_container_gets_an_eighth_of_what_it_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, buffers: str
) -> None:
    told = tmp_path / "memory.max"
    told.write_text(f"{limit}\n")
    monkeypatch.setattr(memory, "CGROUP_LIMIT", told)
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 64 * GB // 4096}.__getitem__)

    assert postgres._shared_buffers() == buffers


async def test_the_server_is_started_with_it(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "memory_bytes", lambda: 2 * GB)
    server = postgres.start(open_folder / "buffers", free_port())
    connection = await asyncpg.connect(server.superuser_url().replace("+asyncpg", ""))
    shown = await connection.fetchval("show shared_buffers")
    await connection.close()
    server.stop()

    assert shown == "256MB"
