"""What travels to a service, and what comes back."""

import httpx
import orjson

from tests.gateway.conftest import Tenant
from tests.gateway.serving import Reply, Seen, Service, json_reply


async def test_a_request_reaches_the_service_of_its_path_as_the_caller(
    admin: httpx.AsyncClient, tenant: Tenant, services: dict[str, Service]
) -> None:
    response = await admin.post("/v1/contacts?dry_run=true", json={"full_name": "สมชาย"})

    assert response.status_code == 200, response.text
    [seen] = services["contacts"].seen
    assert (seen.method, seen.path, seen.query) == ("POST", "/v1/contacts", "dry_run=true")
    assert orjson.loads(seen.body) == {"full_name": "สมชาย"}
    assert seen.principal is not None
    assert seen.principal.tenant_id == tenant.id
    assert seen.principal.may("contacts:write")
    assert seen.headers["x-request-id"] == response.headers["x-request-id"]


async def test_every_path_of_the_allow_list_goes_to_its_service(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    expected = {
        "/v1/contacts": "contacts",
        "/v1/contacts/7/emails": "contacts",
        "/v1/companies/7": "contacts",
        "/v1/imports": "contacts",
        "/v1/interactions": "interactions",
        "/v1/orders/7": "interactions",
        "/v1/order-imports": "interactions",
        "/v1/contacts/7/timeline": "interactions",
        "/v1/contacts/7/last-contact": "interactions",
        "/v1/analytics/trends": "analytics",
        "/v1/contacts/7/metrics": "analytics",
        "/v1/audiences/x": "campaigns",
    }

    for path in expected:
        assert (await admin.get(path)).status_code == 200, path

    arrived = {seen.path: name for name, service in services.items() for seen in service.seen}
    assert arrived == expected


async def test_encoded_paths_and_queries_arrive_unchanged(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    path = "/v1/contacts/by-external-id/shop%20a/%E0%B8%AA%2F7?q=%E0%B8%AA%20b&x=a%2Bb"

    await admin.get(path)

    [seen] = services["contacts"].seen
    assert (seen.raw_path.decode(), seen.query) == tuple(path.split("?"))


async def test_identity_cannot_be_claimed_by_headers(
    admin: httpx.AsyncClient, tenant: Tenant, services: dict[str, Service]
) -> None:
    claimed = {
        "X-Tenant": "other",
        "X-User": "other",
        "X-Forwarded-User": "root",
        "X-Deadline-Ms": "1500",
        "Cookie": "a=b",
    }

    await admin.get("/v1/contacts", headers=claimed)

    [seen] = services["contacts"].seen
    assert not {"x-tenant", "x-user", "x-forwarded-user", "cookie"} & set(seen.headers)
    assert seen.principal is not None
    assert seen.principal.tenant_id == tenant.id


async def test_the_answer_comes_back_as_it_is(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    async def reply(_: Seen) -> Reply:
        return json_reply({"id": 1}, 201, etag='"1"', location="/v1/contacts/1", cache_control="private, no-cache")

    services["contacts"].answer = reply
    response = await admin.post("/v1/contacts", json={})

    assert response.status_code == 201
    assert response.json() == {"id": 1}
    assert response.headers["etag"] == '"1"'
    assert response.headers["location"] == "/v1/contacts/1"
    assert response.headers["cache-control"] == "private, no-cache"


async def test_every_answer_has_the_headers_of_the_contract(
    admin: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    answers = [
        await admin.get("/v1/contacts"),
        await admin.get("/v1/me"),
        await admin.get("/v1/nothing"),
        await client.get("/v1/contacts"),
        await client.get("/docs"),
        await client.post("/v1/auth/token", json={}),
    ]

    for answer in answers:
        for name in (
            "x-request-id",
            "ratelimit",
            "ratelimit-policy",
            "vary",
            "cache-control",
            "content-security-policy",
        ):
            assert len(answer.headers.get_list(name)) == 1, (answer.url, name)
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_head_answers_like_get_without_a_body(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    for path in ("/v1/contacts", "/v1/me"):
        get, head = await admin.get(path), await admin.head(path)

        assert head.status_code == get.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == get.headers["content-length"]
    assert [seen.method for seen in services["contacts"].seen] == ["GET", "GET"]


async def test_a_refused_method_names_all_that_are_allowed(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    async def reply(_: Seen) -> Reply:
        return json_reply({"status": 405}, 405, allow="GET, PATCH")

    services["contacts"].answer = reply
    forwarded, own = await admin.put("/v1/contacts/1"), await admin.put("/v1/users")
    options = await admin.options("/v1/contacts/1")

    assert forwarded.status_code == own.status_code == 405
    assert forwarded.headers["allow"] == "GET, HEAD, OPTIONS, PATCH"
    assert own.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PATCH")


async def test_an_unknown_path_is_a_problem_in_the_clients_language(admin: httpx.AsyncClient) -> None:
    for path in ("/v1/secrets", "/", "/internal", "/v1", "/docs/../internal"):
        response = await admin.get(path, headers={"Accept-Language": "th"})

        assert response.status_code == 404, path
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["title"] == "ไม่พบข้อมูล"
        assert response.json()["request_id"] == response.headers["x-request-id"]


async def test_an_operation_is_asked_of_one_service_after_the_other(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    async def unknown(_: Seen) -> Reply:
        return json_reply({"code": "operation_not_found"}, 404)

    services["contacts"].answer = unknown
    found = await admin.get("/v1/operations/7")
    cancelled = await admin.post("/v1/operations/7/cancel", json={"why": "mistake"})
    services["interactions"].answer = unknown
    missing = await admin.get("/v1/operations/8")

    assert (found.status_code, cancelled.status_code, missing.status_code) == (200, 200, 404)
    assert missing.json() == {"code": "operation_not_found"}
    assert [seen.body for seen in services["interactions"].seen][1] == b'{"why":"mistake"}'


async def test_large_answers_stream_through_and_json_is_compressed_on_request(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    rows = {"data": [{"name": "สมหญิง", "number": number} for number in range(3000)]}

    async def large(_: Seen) -> Reply:
        return json_reply(rows)

    services["contacts"].answer = large
    packed = await admin.get("/v1/contacts", headers={"Accept-Encoding": "gzip"})
    plain = await admin.get("/v1/contacts", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json() == rows
