"""Customers that nobody owns find an owner: fairly, whoever is at work, however many arrive at once."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from httpx import AsyncClient

from contacts_service.assignment.consumer import assignment
from shared.db.record import now
from shared.ids import new_id
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

PEOPLE = [str(new_id()) for _ in range(3)]


async def made(client: AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    response = await client.post(path, json=body)
    assert response.status_code == 201, response.text
    record: dict[str, Any] = response.json()
    return record


async def team_of(client: AsyncClient, *people: str) -> str:
    team = await made(client, "/v1/teams", name="ทีมขาย", members=[{"user_id": each} for each in people])
    return str(team["id"])


async def rule(client: AsyncClient, strategy: str, **fields: Any) -> dict[str, Any]:
    return await made(client, "/v1/assignment-rules", name="กฎ", strategy=strategy, **fields)


async def new_contacts(client: AsyncClient, count: int, **fields: Any) -> list[UUID]:
    items = [{"op": "create", "data": {"full_name": f"ลูกค้า {number}", **fields}} for number in range(count)]
    done = (await client.post("/v1/contacts/batch", json={"items": items})).raise_for_status().json()
    return [UUID(each["id"]) for each in done["data"]]


async def tell(service: ServiceUnderTest, tenant: Tenant, ids: list[UUID]) -> None:
    """As the service's worker hears of them."""
    facts = [
        fact(tenant.context, "contacts.contact.created.v1", each, 1, contact_id=each, owner_id=None) for each in ids
    ]
    await dispatch(assignment, service.database, *facts)


async def owned(client: AsyncClient) -> Counter[str | None]:
    listed = (await client.get("/v1/contacts", params={"limit": 200})).json()["data"]
    return Counter(each["owner_id"] for each in listed)


async def test_round_robin_goes_on_where_it_stopped(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    await rule(client, "round_robin", team_id=await team_of(client, *PEOPLE))

    for _ in range(4):
        await tell(service, tenant, await new_contacts(client, 1))
    await tell(service, tenant, await new_contacts(client, 5))

    assert await owned(client) == dict.fromkeys(PEOPLE, 3)


async def test_round_robin_is_fair_when_many_arrive_at_once(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    await rule(client, "round_robin", team_id=await team_of(client, *PEOPLE))
    ids = await new_contacts(client, 60)
    batches = [ids[start : start + 10] for start in range(0, 60, 10)]

    await asyncio.gather(*(tell(service, tenant, batch) for batch in [*batches, *batches]))

    assert await owned(client) == dict.fromkeys(PEOPLE, 20)


async def test_whoever_is_absent_is_given_nobody(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    await rule(client, "round_robin", team_id=await team_of(client, *PEOPLE))
    day = timedelta(days=1)
    away = {"starts_at": (now() - day).isoformat(), "ends_at": (now() + day).isoformat()}
    later = {"starts_at": (now() + day).isoformat(), "ends_at": (now() + 2 * day).isoformat()}
    absence = await made(client, "/v1/absences", user_id=PEOPLE[0], note="ลาพักร้อน", **away)
    await made(client, "/v1/absences", user_id=PEOPLE[1], **later)

    await tell(service, tenant, await new_contacts(client, 4))
    while_away = await owned(client)
    await client.delete(f"/v1/absences/{absence['id']}")
    await tell(service, tenant, await new_contacts(client, 2))

    assert while_away == {PEOPLE[1]: 2, PEOPLE[2]: 2}
    assert (await owned(client))[PEOPLE[0]] == 1


async def test_by_load_whoever_has_fewest_is_next_up_to_the_cap(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    await rule(client, "load", team_id=await team_of(client, *PEOPLE), cap=4)
    await new_contacts(client, 3, owner_id=PEOPLE[0])

    await tell(service, tenant, await new_contacts(client, 10))

    assert await owned(client) == Counter({None: 1} | dict.fromkeys(PEOPLE, 4))


async def test_by_territory_its_holder_or_his_team_takes_the_customer(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    team = await team_of(client, *PEOPLE[1:])
    await made(client, "/v1/territories", name="น่าน", provinces=["น่าน"], user_id=PEOPLE[0])
    await made(client, "/v1/territories", name="กรุงเทพ", postal_prefixes=["10"], team_id=team)
    await rule(client, "territory")

    await tell(service, tenant, await new_contacts(client, 2, home_province="น่าน"))
    await tell(service, tenant, await new_contacts(client, 2, addresses=[{"postal_code": "10110"}]))
    await tell(service, tenant, await new_contacts(client, 1, home_province="ตราด"))

    assert await owned(client) == {PEOPLE[0]: 2, PEOPLE[1]: 1, PEOPLE[2]: 1, None: 1}


async def test_rules_are_tried_by_priority_and_for_their_territory_only(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    north = await made(client, "/v1/territories", name="เหนือ", provinces=["เชียงใหม่"])
    first, second = await team_of(client, PEOPLE[0]), await team_of(client, PEOPLE[1])
    await rule(client, "round_robin", team_id=second, priority=20)
    narrow = await rule(client, "round_robin", team_id=first, priority=10, territory_id=north["id"])

    await tell(service, tenant, await new_contacts(client, 2, home_province="เชียงใหม่"))
    await tell(service, tenant, await new_contacts(client, 1, home_province="ตราด"))
    await client.patch(f"/v1/assignment-rules/{narrow['id']}", json={"active": False})
    await tell(service, tenant, await new_contacts(client, 1, home_province="เชียงใหม่"))

    assert await owned(client) == {PEOPLE[0]: 2, PEOPLE[1]: 2}


async def test_who_has_an_owner_keeps_him_and_without_rules_nothing_happens(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    early = await new_contacts(client, 1)
    await tell(service, tenant, early)
    before = await owned(client)
    await rule(client, "round_robin", team_id=await team_of(client, *PEOPLE))
    kept = await new_contacts(client, 1, owner_id=PEOPLE[2])

    await tell(service, tenant, [*early, *kept, *early])

    assert before == {None: 1}
    assert await owned(client) == {PEOPLE[0]: 1, PEOPLE[2]: 1}
    assert (await client.get(f"/v1/contacts/{early[0]}/owners")).json()["data"][0]["owner_id"] == PEOPLE[0]


async def test_rules_are_read_listed_changed_and_deleted(client: AsyncClient) -> None:
    made_rule = await rule(client, "load", team_id=await team_of(client, *PEOPLE))
    path = f"/v1/assignment-rules/{made_rule['id']}"

    changed = (await client.patch(path, json={"cap": 10}, headers={"If-Match": '"1"'})).json()
    listed = (await client.get("/v1/assignment-rules")).json()["data"]
    read = (await client.get(path)).json()
    deleted = await client.delete(path)

    assert [read] == listed == [changed]
    assert deleted.status_code == 204
    assert (await client.get(path)).status_code == 410


async def test_rules_and_absences_that_cannot_be_are_refused(client: AsyncClient) -> None:
    moment = now().isoformat()
    refused = [
        await client.post("/v1/assignment-rules", json={"name": "X", "strategy": "load"}),
        await client.post("/v1/assignment-rules", json={"name": "X", "strategy": "load", "team_id": PEOPLE[0]}),
        await client.post("/v1/absences", json={"user_id": PEOPLE[0], "starts_at": moment, "ends_at": moment}),
        await client.delete(f"/v1/absences/{PEOPLE[0]}"),
    ]

    assert [answer.json()["code"] for answer in refused] == [
        "team_required", "unknown_reference", "ends_before_it_begins", "absence_not_found",
    ]  # fmt: skip
