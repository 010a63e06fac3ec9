import asyncio
from time import monotonic

import pytest

from shared.deadline import GRAIN_S, Deadline, Due


async def test_what_takes_too_long_is_ended_soon_after_its_deadline() -> None:
    due: Due = {}
    began_at = monotonic()

    with pytest.raises(TimeoutError), Deadline(due, 0.05):
        await asyncio.sleep(10)

    assert 0.045 <= monotonic() - began_at < 5


async def test_those_due_at_once_end_each_by_itself() -> None:
    due: Due = {}

    async def late() -> str:
        try:
            with Deadline(due, 0.02):
                await asyncio.sleep(10)
        except TimeoutError:
            return "late"
        return "done"

    async def in_time() -> str:
        with Deadline(due, 0.02):
            await asyncio.sleep(0)
        await asyncio.sleep(0.02 + 2 * GRAIN_S)
        return "done"

    assert list(await asyncio.gather(late(), in_time(), late())) == ["late", "done", "late"]


@pytest.mark.parametrize("after_s", [0, -1])
async def test_a_deadline_that_has_passed_ends_what_waits(after_s: float) -> None:
    with pytest.raises(TimeoutError), Deadline({}, after_s):
        await asyncio.sleep(10)


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def wait() -> None:
        with Deadline({}, 10):
            await asyncio.sleep(10)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
