import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.db import Database
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

FAIL_AT_COMMIT = """
create function fail_at_commit() returns trigger language plpgsql as $$
begin if new.full_name = 'Fails At Commit' then raise exception 'too late'; end if; return null; end $$
"""
TRIGGER = """
create constraint trigger fail_at_commit after insert on contacts deferrable initially deferred
for each row execute function fail_at_commit()
"""


async def new(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts", json={"full_name": "Ada Lovelace", **fields})
    assert response.status_code == 201, response.text
    contact: dict[str, Any] = response.json()
    return contact


async def test_a_merge_patch_changes_what_it_names_and_clears_with_null(client: AsyncClient) -> None:
    contact = await new(client, occupation="Countess", tags=["maths"], email="ada@example.com")

    response = await client.patch(
        f"/v1/contacts/{contact['id']}", json={"occupation": None, "tags": ["maths", "poetry"], "nickname": "Countess"}
    )

    changed = {name for name, value in response.json().items() if value != contact[name]}
    assert response.status_code == 200
    assert changed == {"occupation", "tags", "nickname", "version", "updated_at"}
    assert response.json()["version"] == 2


async def test_a_patch_that_changes_nothing_leaves_the_version_alone(tenant: Tenant, client: AsyncClient) -> None:
    contact = await new(client)

    response = await client.patch(f"/v1/contacts/{contact['id']}", json={"full_name": "Ada Lovelace"})

    assert response.json() == contact
    assert await tenant.staged_types() == ["contacts.contact.created.v1"]


async def test_the_short_form_replaces_the_primary_email_and_keeps_the_others(client: AsyncClient) -> None:
    emails = [{"value": "home@example.com"}, {"value": "work@example.com", "label": "work", "primary": True}]
    contact = await new(client, emails=emails)

    response = await client.patch(f"/v1/contacts/{contact['id']}", json={"email": "new@example.com"})

    assert response.json()["email"] == "new@example.com"
    assert [(item["value"], item["primary"]) for item in response.json()["emails"]] == [
        ("new@example.com", True),
        ("home@example.com", False),
    ]


async def test_of_fifty_patches_of_one_version_one_wins(tenant: Tenant, client: AsyncClient) -> None:
    contact = await new(client)
    url = f"/v1/contacts/{contact['id']}"

    answers = await asyncio.gather(
        *(client.patch(url, json={"nickname": f"n{i}"}, headers={"If-Match": '"1"'}) for i in range(50))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49
    stale = next(answer for answer in answers if answer.status_code == 412)
    assert stale.headers["etag"] == '"2"'
    assert stale.json()["params"] == {"current_version": 2}
    assert await tenant.staged_types() == ["contacts.contact.created.v1", "contacts.contact.updated.v1"]


async def test_patches_of_different_fields_at_once_all_hold(client: AsyncClient) -> None:
    contact = await new(client)
    url = f"/v1/contacts/{contact['id']}"
    fields = ("nickname", "occupation", "education", "job_title", "sex", "home_province", "notes")

    await asyncio.gather(*(client.patch(url, json={field: f"new {field}"}) for field in fields))

    after = (await client.get(url)).json()
    assert [after[field] for field in fields] == [f"new {field}" for field in fields]
    assert after["version"] == 1 + len(fields)


async def test_a_weak_etag_of_a_proxy_is_the_same_version(client: AsyncClient) -> None:
    contact = await new(client)

    fresh = await client.get(f"/v1/contacts/{contact['id']}", headers={"If-None-Match": 'W/"1"'})
    patched = await client.patch(f"/v1/contacts/{contact['id']}", json={"nickname": "A"}, headers={"If-Match": 'W/"1"'})

    assert (fresh.status_code, fresh.content) == (304, b"")
    assert patched.status_code == 200


async def test_a_deleted_contact_is_gone_frees_its_email_and_comes_back(tenant: Tenant, client: AsyncClient) -> None:
    contact = await new(client, email="ada@example.com")
    url = f"/v1/contacts/{contact['id']}"

    deleted = await client.delete(url)
    gone = await client.get(url)
    listed = (await client.get("/v1/contacts", params={"q": "Lovelace"})).json()["data"]
    other = await new(client, email="ada@example.com")
    clash = await client.post(f"{url}/restore")
    await client.delete(f"/v1/contacts/{other['id']}")
    restored = await client.post(f"{url}/restore")

    assert (deleted.status_code, gone.status_code, gone.json()["code"]) == (204, 410, "resource_deleted")
    assert listed == []
    assert (clash.status_code, clash.json()["code"]) == (409, "email_taken")
    assert (restored.status_code, restored.json()["version"]) == (200, 3)
    assert (await client.get(url)).json() == restored.json()
    assert (await tenant.staged_types())[-1] == "contacts.contact.restored.v1"


async def test_upsert_by_external_id_creates_once_then_changes(client: AsyncClient) -> None:
    url = "/v1/contacts/by-external-id/shop/A%2F1"

    first = await client.put(url, json={"full_name": "Ada"})
    second = await client.put(url, json={"nickname": "A"})
    read = await client.get(url)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert read.json() == second.json()
    assert read.json()["external_ids"] == [{"system": "shop", "id": "A/1"}]


async def test_a_commit_that_fails_is_never_answered_with_success(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    """A deferred constraint fails at COMMIT itself, after the route has made its answer."""
    async with _constraint_checked_at_commit(service):
        response = await client.post("/v1/contacts", json={"full_name": "Fails At Commit"})

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert await tenant.count("contacts") == 0
    assert await tenant.staged_types() == []


@asynccontextmanager
async def _constraint_checked_at_commit(service: ServiceUnderTest) -> AsyncIterator[None]:
    assert service.settings.owner_database_url is not None
    async with Database(service.settings.owner_database_url, pool_size=1) as owner:
        await _run(owner, FAIL_AT_COMMIT, TRIGGER)
        try:
            yield
        finally:
            await _run(owner, "drop trigger fail_at_commit on contacts", "drop function fail_at_commit")


async def _run(owner: Database, *statements: str) -> None:
    async with owner.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [({"If-Match": "7"}, 400, "bad_precondition"), ({"Idempotency-Key": "k" * 256}, 400, "bad_idempotency_key")],
)
async def test_malformed_headers_are_refused(
    client: AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    contact = await new(client)

    response = await client.patch(f"/v1/contacts/{contact['id']}", json={"nickname": "x"}, headers=headers)

    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize("given", [{"nickname": "ลี"}, {"prefix": "คุณ"}])
async def test_a_nickname_or_title_given_beside_a_full_name_does_not_stand_for_it(
    client: AsyncClient, given: dict[str, str]
) -> None:
    contact = await new(client, full_name="มาลี สุขสันต์", **given)

    changed = (await client.patch(f"/v1/contacts/{contact['id']}", json={"nickname": "แนน"})).json()

    assert (contact["given_name"], contact["family_name"]) == ("มาลี", "สุขสันต์")
    assert "มาลี สุขสันต์" in changed["full_name"]
    assert changed["nickname"] == "แนน"


async def test_a_new_full_name_leaves_the_nickname_alone(client: AsyncClient) -> None:
    contact = await new(client, full_name="มาลี สุขสันต์", nickname="ลี")

    changed = (await client.patch(f"/v1/contacts/{contact['id']}", json={"full_name": "มาลี ทองคำ"})).json()

    assert (changed["family_name"], changed["nickname"]) == ("ทองคำ", "ลี")
