"""Waiting after errors."""

import asyncio
import random
from contextlib import suppress


class Backoff:
    """0.1 s doubling up to `longest_s`, each with a jitter of half its length."""

    def __init__(self, first_s: float = 0.1, longest_s: float = 30.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._delay_s = first_s

    def next_s(self) -> float:
        delay_s = self._delay_s
        self._delay_s = min(delay_s * 2, self._longest_s)
        return delay_s * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not a secret

    def reset(self) -> None:
        self._delay_s = self._first_s


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not past `stop`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
            await stop.wait()
