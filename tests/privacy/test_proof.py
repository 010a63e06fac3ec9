"""The proof of reliability.md 6.2: a mark in every text about a person is nowhere left after their erasure."""

import os
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.ids import new_id
from tests.attacks.catalogue import plain
from tests.attacks.system import System
from tests.attacks.world import World, new_world
from tests.conftest import SERVER_URL
from tests.privacy.asking import ask, has_status, until
from tests.privacy.marking import Marker, mark_everything
from tests.privacy.searching import files_with, tables_with


async def test_a_mark_in_every_text_about_a_person_is_nowhere_after_their_erasure(
    system: System, capfd: pytest.CaptureFixture[str]
) -> None:
    world = await new_world(system)
    mark = f"mk{new_id().hex[-10:]}"
    async with system.client(world.tenant.api_key) as client:
        marked = await mark_everything(client, world, Marker(mark))
        await import_files(client, mark)
        await until(partial(told, system, mark))
        before = await tables_with(system.databases, os.environ[SERVER_URL], mark)
        stored_files = files_with(system.files, mark)
        await erase_all(client, await persons(client, world, mark))

    after = await tables_with(system.databases, os.environ[SERVER_URL], mark)
    logged = capfd.readouterr()
    assert len(marked) > 60
    assert {"contacts.contacts", "interactions.interactions", "interactions.orders", "log.log_event"} <= before.keys()
    assert stored_files
    assert after == {}
    assert files_with(system.files, mark) == []
    assert mark not in logged.out + logged.err
    assert await server_log_with(mark) == []


async def import_files(client: httpx.AsyncClient, mark: str) -> None:
    """A file of contacts and one of orders, each with a row that fails and stays in the list of errors."""
    email = f"{mark}@import.example.com"
    contacts = f"Name,Email,Phone\n{mark} ใจดี,{email},081 111 2222\n{mark} ผิด,{mark}@,\n"
    orders = f"order number,date,email,total\n{new_id().hex},2026-01-02,{email},9.00\nx,never,{email},1\n"
    for name, text in (("imports", contacts), ("order-imports", orders)):
        files = {"file": (f"{name}.csv", text.encode())}
        upload = await client.post(f"/v1/{name}", files=files, headers={"Idempotency-Key": str(new_id())})
        import_id = upload.raise_for_status().json()["id"]
        started = await client.post(f"/v1/{name}/{import_id}/run", headers={"Idempotency-Key": str(new_id())})
        location = started.raise_for_status().headers["location"]
        await until(partial(has_status, client, location, "succeeded"))


async def told(system: System, mark: str) -> bool:
    """All services know by now, and nothing is on its way."""
    found = await tables_with(system.databases, os.environ[SERVER_URL], mark)
    arrived = {"campaigns.known_contacts", "interactions.known_contacts"} <= found.keys()
    return arrived and not any(table.endswith(".outbox") for table in found)


async def persons(client: httpx.AsyncClient, world: World, mark: str) -> set[str]:
    """The world's contact, and all that its operations and files made."""
    page = (await client.get("/v1/contacts?limit=200")).json()
    assert page["next_cursor"] is None
    return {world.contact_id, *(each["id"] for each in page["data"] if mark in str(each))}


async def erase_all(client: httpx.AsyncClient, contact_ids: set[str]) -> None:
    locations = [await ask(client, {"kind": "erasure", "contact_id": each}) for each in contact_ids]
    for location in locations:
        await until(partial(has_status, client, location, "completed"))


async def server_log_with(mark: str) -> list[str]:
    """The log of our own PostgreSQL stands beside its data; a server given from outside keeps its own."""
    connection = await asyncpg.connect(plain(os.environ[SERVER_URL]))
    folder = Path(await connection.fetchval("show data_directory"))
    await connection.close()
    file = folder.parent / "postgres.log"
    return [line for line in file.read_text(errors="replace").splitlines() if mark in line] if file.exists() else []
