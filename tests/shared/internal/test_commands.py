"""The operators' commands, as processes of their own, against a gateway that runs."""

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest

from tests.shared.internal.conftest import Workshop
from tests.shared.internal.test_parked import park

pytestmark = pytest.mark.parametrize("log", ["postgres"], indirect=True)


class Ended(NamedTuple):
    code: int | None
    out: str
    err: str


async def command(operator: httpx.AsyncClient, *arguments: str, **environ: str) -> Ended:
    token = operator.headers["authorization"].removeprefix("Bearer ")
    given = {**os.environ, "SAMPHAN_URL": str(operator.base_url), "OPERATOR_TOKEN": token, **environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.operate", *arguments),
        env={**given, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


async def test_parked_events_are_listed_discarded_and_the_rest_replayed(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    key = uuid4()
    await park(operator, workshop, key=key, bad=1, behind=2)
    chosen = ["--service=interactions", f"--consumer={workshop.consumer.name}", "--key="]

    heading, row = (await command(operator, "parked", *chosen)).out.splitlines()
    fingerprint = row.split()[heading.split().index("fingerprint")]
    shown = await command(operator, "parked", *chosen, f"--fingerprint={fingerprint}")
    discarded = await command(operator, "discard", *chosen, f"--fingerprint={fingerprint}")

    assert "ZeroDivisionError: a bug" in row
    assert str(key) in shown.out
    assert discarded == (0, "discarded: 1\napplied: 2, keys that failed again: 0\n", "")
    assert await workshop.applied(key) == [2, 3]


async def test_a_replay_tells_which_keys_failed_again(operator: httpx.AsyncClient, workshop: Workshop) -> None:
    key = uuid4()
    await park(operator, workshop, key=key, bad=1, behind=1)
    chosen = ["--service=interactions", f"--consumer={workshop.consumer.name}"]

    failed = await command(operator, "replay", *chosen)
    workshop.refused.clear()
    mended = await command(operator, "replay", *chosen)

    assert failed.out.startswith("applied: 0, keys that failed again: 1\n")
    assert str(key) in failed.out
    assert mended == (0, "applied: 2, keys that failed again: 0\n", "")
    assert await workshop.applied(key) == [1, 2]


async def test_a_consumer_is_shown_and_resumed(operator: httpx.AsyncClient, workshop: Workshop) -> None:
    shown = await command(operator, "consumers", "--service=interactions")
    resumed = await command(operator, "resume", "--service=interactions", f"--consumer={workshop.consumer.name}")

    assert (shown.code, resumed.code) == (0, 0)
    assert workshop.consumer.name in shown.out
    assert resumed.out == f"{workshop.consumer.name} was not halted.\n"


async def test_what_is_refused_is_said(operator: httpx.AsyncClient, tmp_path: Path) -> None:
    without_choice = await command(operator, "replay", "--service=interactions")
    unknown = await command(operator, "replay", "--service=interactions", "--consumer=nobody")
    no_token = await command(operator, "parked", OPERATOR_TOKEN="", DATA_DIR=str(tmp_path))

    assert [ended.code for ended in (without_choice, unknown, no_token)] == [1, 1, 1]
    assert "consumer=…" in without_choice.err
    assert "There is no consumer 'nobody' here." in unknown.err
    assert "keys.json: set OPERATOR_TOKEN" in no_token.err
