"""Asking for a person's rights, as a client of the gateway does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

TIMEOUT_S = 60


async def ask(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    answer = await client.post("/v1/privacy-requests", json=body)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


async def completed(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    """The path of a request that was carried out."""
    location = await ask(client, body)

    async def is_completed() -> bool:
        return await has_status(client, location, "completed")

    await until(is_completed)
    return location


async def has_status(client: httpx.AsyncClient, location: str, status: str) -> bool:
    return bool((await client.get(location)).json()["status"] == status)


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not await check():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
