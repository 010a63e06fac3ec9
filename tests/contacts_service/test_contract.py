"""What every path of a service keeps, whatever slice it belongs to."""

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


async def test_every_table_with_a_tenant_is_locked_to_it(service: ServiceUnderTest) -> None:
    query = text("""
        select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced,
          exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant') as has_policy
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    """)
    async with service.system.transaction() as session:
        tables = (await session.execute(query)).all()

    assert len(tables) >= 7
    assert [table.relname for table in tables if not (table.forced and table.has_policy)] == []


async def test_without_a_tenant_the_app_role_sees_nothing(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    await client.post("/v1/contacts", json={"full_name": "Ada"})

    async with service.database.transaction() as session:
        seen = await session.scalar(text("select count(*) from contacts"))

    assert seen == 0
    assert await tenant.count("contacts") == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/contacts/not-a-uuid", 422, "validation_failed"),
        ("POST", "/v1/contacts/01890000-0000-7000-8000-000000000000", 405, "method_not_allowed"),
    ],
)
async def test_the_frameworks_own_errors_are_problems(
    client: AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.json()["request_id"] == response.headers["x-request-id"]


async def test_405_names_every_method_of_the_path(client: AsyncClient) -> None:
    response = await client.put("/v1/contacts/01890000-0000-7000-8000-000000000000")

    assert response.headers["allow"] == "DELETE, GET, OPTIONS, PATCH"


@pytest.mark.parametrize("word", ["search", "batch", "upsert"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_word_of_the_path_is_no_id(client: AsyncClient, method: str, word: str) -> None:
    response = await client.request(method, f"/v1/contacts/{word}")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"full_name": ', 400, "malformed_json"),
        (b'{"full_name": "\xff"}', 400, "malformed_json"),
        (b'{"full_name": "a\\u0000b"}', 422, "invalid_character"),
        (b'{"full_name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "malformed_json"),
        (b'{"full_name": ' + b"[" * 40 + b"]" * 40 + b"}", 422, "validation_failed"),
        (b"[]", 422, "validation_failed"),
        (b"", 422, "validation_failed"),
        (b'{"full_name": "' + b"a" * 2_000_000 + b'"}', 413, "payload_too_large"),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(client: AsyncClient, body: bytes, status: int, code: str) -> None:
    response = await client.post("/v1/contacts", content=body, headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_another_media_type_is_415(client: AsyncClient) -> None:
    response = await client.post("/v1/contacts", content=b"<a/>", headers={"Content-Type": "text/xml"})

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


async def test_problems_speak_thai_when_asked(client: AsyncClient) -> None:
    response = await client.get("/v1/nothing", headers={"Accept-Language": "th-TH,th;q=0.9,en;q=0.8"})

    assert response.headers["content-language"] == "th"
    assert response.json()["title"] == "ไม่พบข้อมูล"
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
async def test_without_a_valid_token_nothing_is_answered(client: AsyncClient, token: str) -> None:
    response = await client.get("/v1/contacts", headers={"Authorization": token})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_document_says_what_the_service_does(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    operations = [each for item in document["paths"].values() for each in item.values()]
    assert document["openapi"].startswith("3.1")
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["responses"]["422"]["$ref"].endswith("/InvalidInput") for each in operations)
