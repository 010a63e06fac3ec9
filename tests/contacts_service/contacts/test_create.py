import asyncio

from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

SOMCHAI = {
    "full_name": "นายสมชาย ใจดี",
    "emails": [{"value": "Somchai@Example.com", "label": "work"}],
    "phones": [{"value": "081-234-5678", "label": "mobile"}],
    "customer_class": "retail",
    "tags": ["VIP"],
    "external_ids": [{"system": "shop", "id": "A-1"}],
}


async def test_a_thai_contact_is_stored_with_its_parts_and_numbers_in_one_form(client: AsyncClient) -> None:
    response = await client.post("/v1/contacts", json=SOMCHAI)

    contact = response.json()
    assert response.status_code == 201, contact
    assert response.headers["location"] == f"/v1/contacts/{contact['id']}"
    assert response.headers["etag"] == '"1"'
    assert (contact["prefix"], contact["given_name"], contact["family_name"]) == ("นาย", "สมชาย", "ใจดี")
    assert contact["phones"] == [{"value": "+66812345678", "label": "mobile", "primary": True, "extension": None}]
    assert contact["email"] == "somchai@example.com"
    assert (await client.get(f"/v1/contacts/{contact['id']}")).json() == contact


async def test_a_taken_email_is_refused_and_stages_nothing(tenant: Tenant, client: AsyncClient) -> None:
    ada = {"email": "Ada@example.com", "full_name": "Ada"}
    await client.post("/v1/contacts", json=ada)

    response = await client.post("/v1/contacts", json=ada)

    assert response.status_code == 409
    assert response.json()["code"] == "email_taken"
    assert response.json()["errors"][0]["pointer"] == "/emails"
    assert await tenant.staged_types() == ["contacts.contact.created.v1"]


async def test_of_two_that_claim_an_external_id_at_once_the_loser_learns_what_is_taken(client: AsyncClient) -> None:
    ada = {"full_name": "Ada", "external_ids": [{"system": "erp", "id": "C-1"}]}

    responses = await asyncio.gather(*(client.post("/v1/contacts", json=ada) for _ in range(4)))

    refused = [response.json() for response in responses if response.status_code != 201]
    assert [(problem["code"], problem["errors"][0]["pointer"]) for problem in refused] == [
        ("external_id_taken", "/external_ids")
    ] * 3


async def test_a_contact_without_any_name_is_refused(tenant: Tenant, client: AsyncClient) -> None:
    response = await client.post("/v1/contacts", json={"tags": ["x"]})

    assert response.status_code == 422
    assert response.json()["code"] == "name_or_contact_point_required"
    assert await tenant.count("contacts") == 0


async def test_bad_values_are_named_by_pointer_with_their_cure(client: AsyncClient) -> None:
    body = {
        "full_name": "A",
        "emails": [{"value": "not an e-mail"}],
        "phones": [{"value": "12"}],
        "birthday": {"month": 2, "day": 31},
        "shoe_size": 44,
    }

    response = await client.post("/v1/contacts", json=body)

    assert response.status_code == 422
    errors = {each["pointer"]: each["code"] for each in response.json()["errors"]}
    assert errors == {
        "/emails/0/value": "invalid_email",
        "/phones/0": "invalid_phone",
        "/birthday": "invalid_birthday",
        "/shoe_size": "unknown_field",
    }


async def test_twenty_equal_idempotent_creates_at_once_make_one_contact(tenant: Tenant, client: AsyncClient) -> None:
    key = {"Idempotency-Key": "one-tap"}

    answers = await asyncio.gather(
        *(client.post("/v1/contacts", json={"full_name": "Ada"}, headers=key) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    assert await tenant.count("contacts") == 1
    assert await tenant.staged_types() == ["contacts.contact.created.v1"]


async def test_a_key_used_for_another_body_is_refused(client: AsyncClient) -> None:
    key = {"Idempotency-Key": '"k1"'}
    await client.post("/v1/contacts", json={"full_name": "Ada"}, headers=key)

    response = await client.post("/v1/contacts", json={"full_name": "Bob"}, headers={"Idempotency-Key": "k1"})

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"


async def test_a_failed_request_leaves_its_key_free(client: AsyncClient) -> None:
    key = {"Idempotency-Key": "k2"}
    failed = await client.post("/v1/contacts", json={"tags": []}, headers=key)

    response = await client.post("/v1/contacts", json={"full_name": "Ada"}, headers=key)

    assert failed.status_code == 422
    assert response.status_code == 201
    assert "idempotent-replayed" not in response.headers


async def test_a_caller_without_the_scope_changes_nothing(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read") as reader:
        response = await reader.post("/v1/contacts", json={"full_name": "Ada"})

    assert response.status_code == 403
    assert response.json()["code"] == "insufficient_scope"
    assert await tenant.count("contacts") == 0


async def test_another_tenant_does_not_see_the_contact(service: ServiceUnderTest, client: AsyncClient) -> None:
    contact = (await client.post("/v1/contacts", json=SOMCHAI)).json()
    stranger = service.tenant()

    async with service.client(stranger) as other:
        found = await other.get(f"/v1/contacts/{contact['id']}")
        patched = await other.patch(f"/v1/contacts/{contact['id']}", json={"nickname": "x"})
        created = await other.post("/v1/contacts", json=SOMCHAI)

    assert (found.status_code, patched.status_code, created.status_code) == (404, 404, 201)


async def test_the_short_form_of_a_phone_has_the_shape_of_the_long_one(client: AsyncClient) -> None:
    response = await client.post("/v1/contacts", json={"full_name": "นายสมชาย ใจดี", "phone": "081-234-5678"})

    phone = {"value": "+66812345678", "label": None, "primary": True, "extension": None}
    assert (response.status_code, response.json()["phones"]) == (201, [phone])
    assert (await client.get(f"/v1/contacts/{response.json()['id']}")).json() == response.json()


async def test_a_new_phone_does_not_inherit_the_extension_of_the_old_one(client: AsyncClient) -> None:
    old = {"value": "02-123-4567", "label": "work", "extension": "12"}
    contact = (await client.post("/v1/contacts", json={"full_name": "Ada", "phones": [old]})).json()

    response = await client.patch(f"/v1/contacts/{contact['id']}", json={"phone": "02-765-4321"})

    phone = {"value": "+6627654321", "label": "work", "primary": True, "extension": None}
    assert response.json()["phones"] == [phone]
