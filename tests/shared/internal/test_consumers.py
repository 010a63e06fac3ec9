"""Operators see how far consumers are, and let one go on that was halted."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.shared.internal.conftest import Workshop
from tests.shared.messaging.conftest import eventually

CONSUMERS = "/internal/interactions/consumers"


async def state(operator: httpx.AsyncClient, workshop: Workshop) -> dict[str, Any]:
    answer = await operator.get(CONSUMERS)
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["data"]
    assert found["consumer"] == workshop.consumer.name
    return dict(found)


async def test_a_consumer_halted_by_bad_events_goes_on_when_it_is_resumed(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    workshop.consumer.park_limit = 0.01
    workshop.refused.add(1)
    keys = [uuid4() for _ in range(40)]

    async def halted() -> bool:
        return (await state(operator, workshop))["halted_at"] is not None

    async def all_passed() -> bool:
        now = await state(operator, workshop)
        return bool(now["lag"] == 0 and now["halted_at"] is None)

    async with workshop.at_work():
        for key in keys:
            await workshop.publish(1, key=key)
        await eventually(halted)
        await eventually(lambda: _sees_lag(operator, workshop))
    stopped = await state(operator, workshop)
    workshop.refused.clear()
    async with workshop.at_work():
        resumed = await operator.post(f"{CONSUMERS}/{workshop.consumer.name}/resume")
        await eventually(all_passed)
    replayed = await operator.post(
        "/internal/interactions/parked/replay", json={"consumer": workshop.consumer.name, "fingerprint": None}
    )

    assert 20 <= stopped["parked"] < 40
    assert stopped["lag"] == 40 - stopped["parked"]
    assert {place["topic"] for place in stopped["partitions"]} == {workshop.topic}
    assert resumed.json() == {"consumer": workshop.consumer.name, "was_halted": True}
    assert replayed.json()["applied"] == stopped["parked"]
    assert [await workshop.applied(key) for key in keys] == [[1]] * 40


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
async def test_resuming_is_harmless_for_a_consumer_at_work_and_refused_for_an_unknown_one(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    at_work = await operator.post(f"{CONSUMERS}/{workshop.consumer.name}/resume")
    unknown = await operator.post(f"{CONSUMERS}/nobody/resume")

    assert at_work.json()["was_halted"] is False
    assert unknown.status_code == 422
    assert workshop.consumer.name in unknown.json()["detail"]


async def _sees_lag(operator: httpx.AsyncClient, workshop: Workshop) -> bool:
    now = await state(operator, workshop)
    return bool(now["lag"] and now["lag"] + now["parked"] == 40)
