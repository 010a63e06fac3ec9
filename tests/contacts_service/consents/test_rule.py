"""Opt-out always wins: the rule as a model of a few lines, and the service against it with decisions in any order."""

import asyncio
from collections.abc import Sequence
from random import Random

from httpx import AsyncClient

CONTACTS, STEPS = 60, 6
CHANNELS = ("email", "sms", "all")
Step = tuple[str, str, int]
"""Channel, decision, and the day on which it occurred."""


def counts(told: Sequence[Step], channel: str) -> str | None:
    """In the order of recording: a withdrawal always counts; a giving if it occurred after all withdrawals.

    A decision that is told again is the same one.
    """
    state, withdrawn_on = None, 0
    for for_channel, decision, day in dict.fromkeys(told):
        if for_channel not in (channel, "all"):
            continue
        if decision == "withdrawn":
            state, withdrawn_on = "withdrawn", max(withdrawn_on, day)
        elif day > withdrawn_on:
            state = "given"
    return state


def story(random: Random) -> list[Step]:
    """Few days, so that many decisions occur at the same instant or arrive late."""
    return [
        (random.choice(CHANNELS), random.choice(("given", "withdrawn")), 2 * random.randint(1, 4)) for _ in range(STEPS)
    ]


async def test_decisions_in_any_order_count_as_the_model_says(client: AsyncClient) -> None:
    random = Random(2540)
    stories = {f"c-{number}": story(random) for number in range(CONTACTS)}
    rows = [{"external_id": {"system": "shop", "id": each}, "full_name": f"ลูกค้า {each}"} for each in stories]
    made = (await client.post("/v1/contacts/upsert", json={"rows": rows})).json()["data"]
    ids = {each: result["id"] for each, result in zip(stories, made, strict=True)}

    wrong = []
    for number in range(STEPS):
        step = [_row(each, told[number]) for each, told in stories.items()]
        answer = await client.post("/v1/consents/batch", json={"rows": step})
        assert answer.status_code == 200, answer.text
        for each, told in stories.items():
            found = (await client.get(f"/v1/contacts/{ids[each]}/consents")).json()["data"]
            expected = {
                channel: counts(told[: number + 1], channel) for channel in {row[0] for row in told[: number + 1]}
            }
            actual = {row["channel"]: row["state"] for row in found}
            if actual != expected:
                wrong.append((told[: number + 1], actual, expected))

    assert wrong == []


def test_the_model_keeps_the_promises_that_it_is_there_for() -> None:
    random = Random(7)
    for _ in range(2_000):
        told = story(random)
        late = [*told, ("email", "withdrawn", 2 * random.randint(0, 4) + 1)]
        again = [*late, ("email", "given", 10)]

        assert counts(late, "email") == "withdrawn"
        assert counts(again, "email") == "given"
        assert counts([*late, ("email", "given", late[-1][2])], "email") == "withdrawn"


def _row(contact: str, step: Step) -> dict[str, object]:
    channel, decision, day = step
    return {
        "external_id": {"system": "shop", "id": contact},
        "purpose": "marketing",
        "channel": channel,
        "decision": decision,
        "occurred_at": f"2026-03-{day:02}T00:00:00Z",
    }


async def test_decisions_that_arrive_at_the_same_time_count_one_after_the_other(client: AsyncClient) -> None:
    """Whoever comes last in the ledger saw the others: no withdrawal is lost to a giving beside it."""
    made = await client.post("/v1/contacts", json={"full_name": "มาลี"})
    contact_id = made.json()["id"]
    told: list[Step] = [("email", "given" if day % 2 else "withdrawn", day) for day in range(1, 13)]

    await asyncio.gather(
        *(client.post("/v1/consents/batch", json={"rows": [_row_of(contact_id, each)]}) for each in told)
    )

    history = (await client.get(f"/v1/contacts/{contact_id}/consents/history")).json()["data"]
    recorded: list[Step] = [(row["channel"], row["decision"], int(row["occurred_at"][8:10])) for row in history[::-1]]
    [found] = (await client.get(f"/v1/contacts/{contact_id}/consents")).json()["data"]
    assert sorted(recorded) == sorted(told)
    assert found["state"] == counts(recorded, "email")


def _row_of(contact_id: str, step: Step) -> dict[str, object]:
    return {key: value for key, value in _row("", step).items() if key != "external_id"} | {"contact_id": contact_id}
