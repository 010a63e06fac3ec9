"""Paths that need no credential: whoever holds a signed link gets to the service, as a caller of no tenant."""

import httpx

from gateway.settings import Settings
from shared.auth.principal import ANYBODY
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.serving import Service

LINK = "/v1/preferences/" + "a" * 64


async def test_anybody_gets_through_as_a_caller_of_no_tenant(
    client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    answers = [await client.request(method, LINK) for method in ("GET", "HEAD", "PUT", "POST")]

    seen = services["contacts"].seen
    assert {each.status_code for each in answers} == {200}
    assert [each.method for each in seen] == ["GET", "GET", "PUT", "POST"]
    assert {each.principal for each in seen} == {ANYBODY}


async def test_a_credential_does_not_travel_on_with_a_link(
    tenant: Tenant, client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    for header in (tenant.key_header, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        answer = await client.get(LINK, headers=header)

        assert answer.status_code == 200
    assert {each.principal for each in services["contacts"].seen} == {ANYBODY}


async def test_the_form_of_one_click_arrives_as_it_was_sent(
    client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    await client.post(LINK, data={"List-Unsubscribe": "One-Click"})

    [seen] = services["contacts"].seen
    assert seen.body == b"List-Unsubscribe=One-Click"
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_other_paths_are_no_way_in_and_odd_ones_bring_no_more_rights(
    client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    other = [await client.get(path) for path in ("/v1/contacts/preferences", "/v1/topics", "/v1/preferencesx/a")]
    odd = [await client.get(path) for path in ("/v1/preferences%2f..%2fcontacts", "/v1/preferences/%2e%2e/contacts")]

    assert [each.status_code for each in other] == [401, 401, 404]
    assert {each.status_code for each in odd} == {200}
    assert {each.principal for each in services["contacts"].seen} == {ANYBODY}


async def test_who_tries_many_links_is_stopped(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, rate_anonymous=3, rate_burst_window_s=1000) as client:
        answers = [await client.get(LINK) for _ in range(5)]
        known = await client.get("/v1/me", headers=tenant.key_header)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert known.status_code == 200
