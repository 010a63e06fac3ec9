"""Operators find what is parked, replay it in order once the cause is mended, or give it up: through the gateway."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from gateway.settings import Settings as GatewaySettings
from interaction_service.settings import Settings
from shared.messaging.kafka import KafkaLog
from shared.messaging.message import NO_TENANT
from tests.shared.internal.conftest import Workshop, doors
from tests.shared.messaging.conftest import eventually

PARKED = "/internal/interactions/parked"


async def groups(operator: httpx.AsyncClient, workshop: Workshop) -> list[dict[str, Any]]:
    answer = await operator.get(PARKED, params={"consumer": workshop.consumer.name})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def park(operator: httpx.AsyncClient, workshop: Workshop, *, key: UUID, bad: int, behind: int) -> None:
    """Version `bad` of the key is refused; `behind` later versions wait."""
    workshop.refused.add(bad)
    async with workshop.at_work():
        await workshop.publish(*range(bad, bad + behind + 1), key=key)

        async def all_parked() -> bool:
            found = await groups(operator, workshop)
            return bool(sum(group["events"] + group["behind"] for group in found) == behind + 1)

        await eventually(all_parked)


async def test_a_bad_event_is_found_and_replayed_in_order_once_the_cause_is_mended(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    bad, good = uuid4(), uuid4()
    workshop.refused.add(1)

    async def good_is_done() -> bool:
        return await workshop.applied(good) == [0, 2, 3]

    async with workshop.at_work():
        await workshop.publish(0, 1, 2, key=bad)
        await workshop.publish(0, 2, key=good)
        await workshop.publish(3, key=bad)
        await workshop.publish(3, key=good)
        await eventually(good_is_done)
        await eventually(lambda: _has_behind(operator, workshop, 2))
        [group] = await groups(operator, workshop)
        order = {"consumer": workshop.consumer.name, "fingerprint": group["fingerprint"]}
        while_broken = await operator.post(f"{PARKED}/replay", json=order)
        before = await workshop.applied(bad)
        workshop.refused.clear()
        mended = await operator.post(f"{PARKED}/replay", json=order)
        await workshop.publish(4, key=bad)
        await eventually(lambda: _applied(workshop, bad, [0, 1, 2, 3, 4]))

    seen = {name: group[name] for name in ("type", "error", "events", "keys", "tenants", "behind")}
    assert seen == {
        "type": workshop.placed.event_type,
        "error": "ZeroDivisionError: a bug",
        "events": 1,
        "keys": 1,
        "tenants": 1,
        "behind": 2,
    }
    assert group["first_parked_at"].endswith("Z")
    failure = {"tenant_id": str(workshop.tenant_id), "key": str(bad), "error": "ZeroDivisionError: a bug"}
    assert while_broken.json() == {"applied": 0, "failed": [failure], "next_cursor": None}
    assert before == [0]
    assert mended.json() == {"applied": 3, "failed": [], "next_cursor": None}
    assert await groups(operator, workshop) == []


async def test_what_waits_behind_a_discarded_event_is_still_seen_and_goes_on(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    key = uuid4()
    await park(operator, workshop, key=key, bad=1, behind=2)
    [group] = await groups(operator, workshop)
    name = {"consumer": workshop.consumer.name}

    discarded = await operator.post(f"{PARKED}/discard", json={**name, "fingerprint": group["fingerprint"]})
    [left] = await groups(operator, workshop)
    replayed = await operator.post(f"{PARKED}/replay", json={**name, "fingerprint": left["fingerprint"]})
    again = await operator.post(f"{PARKED}/discard", json={**name, "fingerprint": group["fingerprint"]})

    assert discarded.json() == {"discarded": 1}
    assert (left["fingerprint"], left["events"], left["behind"]) == ("behind", 2, 0)
    assert replayed.json()["applied"] == 2
    assert await workshop.applied(key) == [2, 3]
    assert (again.status_code, again.json()["code"]) == (404, "nothing_parked")


async def test_the_events_of_a_group_come_in_pages_and_show_bodies_only_when_asked(
    operator: httpx.AsyncClient, workshop: Workshop
) -> None:
    await park(operator, workshop, key=uuid4(), bad=1, behind=4)
    query: dict[str, Any] = {"consumer": workshop.consumer.name, "limit": 2}
    cursor: dict[str, str] = {}
    pages: list[list[dict[str, Any]]] = []

    while True:
        page = (await operator.get(f"{PARKED}/events", params={**query, **cursor})).json()
        pages.append(page["data"])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    shown = await operator.get(f"{PARKED}/events", params={**query, "include_body": True})
    foreign = await operator.get(f"{PARKED}/events", params={**query, **cursor, "fingerprint": "behind"})

    assert [len(page) for page in pages] == [2, 2, 1]
    events = [event for page in pages for event in page]
    assert [event["version"] for event in events] == [1, 2, 3, 4, 5]
    assert all(event["body"] is None for event in events)
    assert '"version":1' in shown.json()["data"][0]["body"].replace(" ", "")
    assert (foreign.status_code, foreign.json()["code"]) == (400, "cursor_mismatch")


async def test_a_replay_that_runs_out_of_time_says_where_to_go_on(
    operator: httpx.AsyncClient, service: httpx.AsyncClient, workshop: Workshop
) -> None:
    key = uuid4()
    await park(operator, workshop, key=key, bad=1, behind=3)
    workshop.refused.clear()
    order: dict[str, Any] = {"consumer": workshop.consumer.name}
    steps: list[int] = []

    while True:
        answer = await service.post(f"{PARKED}/replay", json=order, headers={"X-Deadline-Ms": "1"})
        steps.append(answer.json()["applied"])
        if answer.json()["next_cursor"] is None:
            break
        order["cursor"] = answer.json()["next_cursor"]

    assert steps == [1, 1, 1, 1, 0]
    assert await workshop.applied(key) == [1, 2, 3, 4]


@pytest.mark.parametrize("log", ["kafka"], indirect=True)
@pytest.mark.kafka
async def test_an_event_of_no_tenant_is_seen_is_never_applied_and_can_be_given_up(
    operator: httpx.AsyncClient, workshop: Workshop, kafka_bootstrap_servers: str
) -> None:
    assert isinstance(workshop.log, KafkaLog)
    await workshop.log.create_topics([workshop.topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap_servers)
    await producer.start()
    headers = [("ce_type", workshop.placed.event_type.encode()), ("ce_tenantid", b"nobody")]
    async with workshop.at_work():
        await producer.send_and_wait(workshop.topic, b'{"version": 7}', key=b"k", headers=headers, partition=0)
        await eventually(lambda: _has_groups(operator, workshop, 1))
    await producer.stop()
    [group] = await groups(operator, workshop)
    named = {"consumer": workshop.consumer.name, "fingerprint": group["fingerprint"]}

    events = (await operator.get(f"{PARKED}/events", params=named)).json()["data"]
    replayed = (await operator.post(f"{PARKED}/replay", json=named)).json()
    discarded = (await operator.post(f"{PARKED}/discard", json=named)).json()

    assert group["error"].startswith("ValueError: malformed envelope")
    assert [event["tenant_id"] for event in events] == [str(NO_TENANT)]
    assert replayed["applied"] == 0
    assert [each["error"] for each in replayed["failed"]] == [group["error"]]
    assert discarded == {"discarded": 1}


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "sent", "place"),
    [
        ("GET", "?consumer=nobody", None, {"parameter": "consumer"}),
        ("GET", "/events", None, {"parameter": "consumer"}),
        ("GET", "?tenant_id=7", None, {"parameter": "tenant_id"}),
        ("GET", "?finger=1", None, {"parameter": "finger"}),
        ("POST", "/replay", {"consumer": "nobody"}, {"pointer": "/consumer"}),
        ("POST", "/replay", {"consumer": "x", "fingerprint": "?"}, {"pointer": "/fingerprint"}),
        ("POST", "/discard", {"consumer": "x"}, {"pointer": "/fingerprint"}),
        ("POST", "/discard", {"consumer": "x", "fingerprint": "behind"}, {"pointer": "/fingerprint"}),
        ("POST", "/discard", {"consumer": "x", "fingerprint": "0" * 16, "all": True}, {"pointer": "/all"}),
    ],
)
async def test_a_wrong_order_is_refused_with_its_field(
    operator: httpx.AsyncClient, method: str, path: str, sent: Any, place: dict[str, str]
) -> None:
    answer = await operator.request(method, PARKED + path, json=sent)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert place.items() <= answer.json()["errors"][0].items()
    assert answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
async def test_only_the_operator_token_opens_the_doors(operator: httpx.AsyncClient) -> None:
    token = operator.headers["authorization"]
    given: list[dict[str, str]] = [
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": token + "x"},
    ]

    refused = [await operator.get(PARKED, headers=headers) for headers in given]
    as_a_user = await operator.get("/v1/contacts")

    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert all(answer.json()["code"] == "unauthenticated" for answer in refused)
    assert as_a_user.status_code == 401


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "path",
    ["/internal", "/internal/interactions", "/internal/interactions/secrets", "/internal/gateway/parked",
     "/internal/nobody/parked", "/internal/parked", "/internal/interactions/parked/more"],
)  # fmt: skip
async def test_nothing_else_is_reached_under_internal(operator: httpx.AsyncClient, path: str) -> None:
    answer = await operator.get(path)

    assert answer.status_code == 404


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
@pytest.mark.parametrize("closed", ["gateway", "service"])
async def test_without_a_token_in_the_settings_the_doors_are_not_there(
    settings: Settings, gateway_settings: GatewaySettings, workshop: Workshop, closed: str
) -> None:
    none = {"operator_token": None}
    token = gateway_settings.operator_token
    assert token is not None
    service = settings.model_copy(update=none if closed == "service" else {})
    gateway = gateway_settings.model_copy(update=none if closed == "gateway" else {})

    async with doors(service, gateway, workshop.consumer) as client:
        answers = [
            await client.get(PARKED, headers={"Authorization": f"Bearer {given}"})
            for given in (token.get_secret_value(), "None")
        ]

    if closed == "gateway":
        assert [answer.status_code for answer in answers] == [404, 404]
    else:
        assert [answer.status_code for answer in answers] == [404, 401]


async def _has_behind(operator: httpx.AsyncClient, workshop: Workshop, count: int) -> bool:
    return bool(sum(group["behind"] for group in await groups(operator, workshop)) == count)


async def _has_groups(operator: httpx.AsyncClient, workshop: Workshop, count: int) -> bool:
    return len(await groups(operator, workshop)) == count


async def _applied(workshop: Workshop, key: UUID, versions: list[int]) -> bool:
    return await workshop.applied(key) == versions
