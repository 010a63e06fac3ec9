"""What the end-to-end tests know of a running installation."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CAUGHT_UP_TIMEOUT_S = 120


@dataclass(frozen=True)
class Installation:
    url: str
    api_key: str
    users: list[dict[str, str]]
    pids: dict[str, int]
    data_dir: Path


async def eventually(check: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Projections lag; they must arrive at exactly what is expected, and stay there."""
    deadline = time.monotonic() + CAUGHT_UP_TIMEOUT_S
    while (seen := await check()) != expected:
        assert time.monotonic() < deadline, f"{seen} is not {expected} after {CAUGHT_UP_TIMEOUT_S} s"
        await asyncio.sleep(0.5)
    await asyncio.sleep(1)
    assert await check() == expected
