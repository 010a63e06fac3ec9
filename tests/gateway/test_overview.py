"""A contact at a glance, out of three services."""

import asyncio
import time

import httpx

from gateway.settings import Settings
from shared.ids import new_id
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.serving import Reply, Seen, Service, json_reply

CONTACT = {"id": "1", "full_name": "สมชาย"}
CALL = {"id": "2", "type": "interaction"}
METRICS = {"orders": 3, "revenue": "12.30"}


async def contacts(_: Seen) -> Reply:
    return json_reply(CONTACT)


async def interactions(seen: Seen) -> Reply:
    return json_reply(CALL if seen.path.endswith("last-contact") else {"data": [CALL], "next_cursor": None})


async def analytics(_: Seen) -> Reply:
    return json_reply(METRICS)


def answer_all(services: dict[str, Service]) -> None:
    services["contacts"].answer = contacts
    services["interactions"].answer = interactions
    services["analytics"].answer = analytics


async def test_all_parts_come_in_one_answer(
    admin: httpx.AsyncClient, services: dict[str, Service], tenant: Tenant
) -> None:
    answer_all(services)
    contact_id = new_id()

    response = await admin.get(f"/v1/contacts/{contact_id}/overview")

    assert response.status_code == 200, response.text
    assert response.json() == {
        "contact": CONTACT,
        "last_contact": CALL,
        "open_items": [CALL],
        "metrics": METRICS,
        "incomplete": [],
    }
    assert response.headers["cache-control"] == "private, no-store"
    asked = {(seen.path, seen.query) for service in services.values() for seen in service.seen}
    assert asked == {
        (f"/v1/contacts/{contact_id}", ""),
        (f"/v1/contacts/{contact_id}/last-contact", ""),
        ("/v1/interactions", f"contact_id={contact_id}&open=true&limit=20"),
        (f"/v1/contacts/{contact_id}/metrics", ""),
    }
    principals = {seen.principal for service in services.values() for seen in service.seen}
    assert {each.tenant_id for each in principals if each is not None} == {tenant.id}


async def test_a_part_that_is_late_or_in_trouble_is_named(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    async def late(_: Seen) -> Reply:
        await asyncio.sleep(60)
        return Reply()

    async def broken(seen: Seen) -> Reply:
        return json_reply({}, 500) if seen.path.endswith("last-contact") else await interactions(seen)

    answer_all(services)
    services["analytics"].answer = late
    services["interactions"].answer = broken
    started = time.monotonic()

    response = await admin.get(f"/v1/contacts/{new_id()}/overview")

    assert response.status_code == 200
    assert response.json() == {
        "contact": CONTACT,
        "last_contact": None,
        "open_items": [CALL],
        "metrics": None,
        "incomplete": ["last_contact", "metrics"],
    }
    assert time.monotonic() - started < 30


async def test_a_service_that_is_down_leaves_the_rest(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    answer_all(services)
    async with gateway_with(settings, analytics_url="http://127.0.0.1:1") as client:
        response = await client.get(f"/v1/contacts/{new_id()}/overview", headers=tenant.key_header)

    assert response.json()["incomplete"] == ["metrics"]
    assert response.json()["contact"] == CONTACT


async def test_never_contacted_is_complete(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    async def nothing(seen: Seen) -> Reply:
        return json_reply({}, 404) if seen.path.endswith("last-contact") else json_reply({"data": []})

    answer_all(services)
    services["interactions"].answer = nothing

    response = await admin.get(f"/v1/contacts/{new_id()}/overview")

    assert response.json()["incomplete"] == []
    assert (response.json()["last_contact"], response.json()["open_items"]) == (None, [])


async def test_what_the_contact_itself_says_stands(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    for status in (404, 410, 403):

        async def refuse(_: Seen, status: int = status) -> Reply:
            return Reply(status, b'{"code": "theirs"}', {"content-type": "application/problem+json"})

        services["contacts"].answer = refuse
        response = await admin.get(f"/v1/contacts/{new_id()}/overview")

        assert (response.status_code, response.json()) == (status, {"code": "theirs"})
        assert response.headers["content-type"] == "application/problem+json"


async def test_without_contacts_there_is_no_overview(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, contacts_url="http://127.0.0.1:1") as client:
        away = await client.get(f"/v1/contacts/{new_id()}/overview", headers=tenant.key_header)
        malformed = await client.get("/v1/contacts/not-an-id/overview", headers=tenant.key_header)
        anonymous = await client.get(f"/v1/contacts/{new_id()}/overview")

    assert (away.status_code, malformed.status_code, anonymous.status_code) == (503, 422, 401)


async def test_the_overview_of_a_merged_contact_is_the_survivors(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    survivor = new_id()

    async def merged(_: Seen) -> Reply:
        return Reply(308, b"", {"location": f"/v1/contacts/{survivor}"})

    answer_all(services)
    services["contacts"].answer = merged

    response = await admin.get(f"/v1/contacts/{new_id()}/overview")

    assert (response.status_code, response.headers["location"]) == (308, f"/v1/contacts/{survivor}/overview")
