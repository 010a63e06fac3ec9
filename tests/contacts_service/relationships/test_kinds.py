"""Kinds of relationships that a tenant makes for itself."""

import pytest
from httpx import AsyncClient

from tests.contacts_service.relationships.related import company, contact, relate, seen


async def test_a_tenant_has_kinds_of_its_own(client: AsyncClient) -> None:
    kind = {
        "inverse_key": "client",
        "name": {"th": "ผู้รับเหมา", "en": "Contractor"},
        "inverse_name": {"th": "ผู้ว่าจ้าง"},
        "between": ["company-company", "contact-company"],
    }
    put = await client.put("/v1/relationship-kinds/contractor", json=kind)
    a, b = await company(client, "A"), await company(client, "B")

    await relate(client, f"companies/{a}", kind="client", company_id=b)

    (from_b,) = await seen(client, f"companies/{b}")
    kinds = (await client.get("/v1/relationship-kinds")).json()["data"]
    assert put.status_code == 200, put.text
    assert (from_b["kind"], from_b["name"]["en"], from_b["inverse_name"]) == (
        "contractor", "Contractor", {"en": "ผู้ว่าจ้าง", "th": "ผู้ว่าจ้าง"},
    )  # fmt: skip
    assert kinds[-1] == put.json()
    assert {each["key"] for each in kinds if each["built_in"]} >= {"employer", "spouse", "household_head", "partner"}


async def test_a_kind_in_use_keeps_its_shape_and_stays(client: AsyncClient) -> None:
    url, kind = "/v1/relationship-kinds/classmate", {"name": {"en": "Classmate"}, "between": ["contact-contact"]}
    await client.put(url, json=kind)
    a, b = await contact(client, "A"), await contact(client, "B")
    made = await relate(client, f"contacts/{a}", kind="classmate", contact_id=b)

    reshaped = await client.put(url, json={**kind, "inverse_key": "teacher", "inverse_name": {"en": "Teacher"}})
    renamed = await client.put(url, json={**kind, "name": {"en": "Schoolmate", "th": "เพื่อนร่วมรุ่น"}})
    kept = await client.delete(url)
    await client.delete(f"/v1/relationships/{made['id']}")
    deleted = await client.delete(url)

    assert [(each.status_code, each.json()["code"]) for each in (reshaped, kept)] == [
        (409, "relationship_kind_in_use")
    ] * 2
    assert (renamed.status_code, renamed.json()["version"]) == (200, 2)
    assert (deleted.status_code, (await client.delete(url)).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("key", "inverse_key", "code"),
    [
        ("employer", "worker", "relationship_kind_built_in"),
        ("worker", "employee", "relationship_kind_taken"),
        ("tutor", "pupil", "relationship_kind_taken"),
    ],
)
async def test_no_two_kinds_share_a_key(client: AsyncClient, key: str, inverse_key: str, code: str) -> None:
    kind = {"name": {"en": "A"}, "inverse_name": {"en": "B"}, "between": ["contact-contact"]}
    await client.put("/v1/relationship-kinds/teacher", json={**kind, "inverse_key": "pupil"})

    response = await client.put(f"/v1/relationship-kinds/{key}", json={**kind, "inverse_key": inverse_key})

    assert (response.status_code, response.json()["code"]) == (409, code)
