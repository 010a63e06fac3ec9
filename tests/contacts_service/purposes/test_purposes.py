"""What personal data is used for: purposes of every tenant, and of its own."""

from typing import Any

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

PATH = "/v1/consent-purposes"
CLUB: dict[str, Any] = {"name": {"th": "ข่าวสารสมาชิก", "en": "News for members"}, "lawful_basis": "consent"}


async def test_every_tenant_has_the_usual_purposes_with_their_lawful_basis(client: AsyncClient) -> None:
    found = (await client.get(PATH)).json()["data"]

    assert {each["key"]: each["lawful_basis"] for each in found} == {
        "marketing": "consent", "profiling": "consent", "research": "legitimate_interest", "service": "contract",
        "third_party": "consent",
    }  # fmt: skip
    assert all(each["name"]["th"] and each["name"]["en"] for each in found)


async def test_a_purpose_of_its_own_is_made_and_changed(tenant: Tenant, client: AsyncClient) -> None:
    made = await client.put(f"{PATH}/club", json=CLUB)
    changed = await client.put(f"{PATH}/club", json={**CLUB, "is_archived": True}, headers={"If-Match": '"1"'})
    stale = await client.put(f"{PATH}/club", json=CLUB, headers={"If-Match": '"1"'})

    assert (made.json()["version"], changed.json()["version"], stale.status_code) == (1, 2, 412)
    assert (await client.get(f"{PATH}/club")).json()["is_archived"] is True
    assert await tenant.staged_types() == ["contacts.consent_purpose.changed.v1"] * 2


async def test_a_usual_purpose_can_be_worded_anew(client: AsyncClient) -> None:
    await client.put(f"{PATH}/marketing", json={**CLUB, "lawful_basis": "legitimate_interest"})

    found = {each["key"]: each for each in (await client.get(PATH)).json()["data"]}

    assert len(found) == 5
    assert found["marketing"]["lawful_basis"] == "legitimate_interest"


async def test_texts_are_added_never_changed(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient) -> None:
    first = await client.post(f"{PATH}/marketing/texts", json={"text_th": "หนึ่ง", "text_en": "One"})
    second = await client.post(f"{PATH}/marketing/texts", json={"text_th": "สอง", "text_en": "Two"})

    listed = (await client.get(f"{PATH}/marketing/texts")).json()["data"]
    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert [(each["version"], each["text_th"]) for each in listed] == [(2, "สอง"), (1, "หนึ่ง")]
    assert (await client.get(f"{PATH}/marketing")).json()["text_version"] == 2


@pytest.mark.parametrize(("method", "path"), [("GET", "/none"), ("GET", "/none/texts"), ("POST", "/none/texts")])
async def test_an_unknown_purpose_is_404(client: AsyncClient, method: str, path: str) -> None:
    body = {"text_th": "ก", "text_en": "a"} if method == "POST" else None

    answer = await client.request(method, PATH + path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "purpose_not_found")


async def test_the_key_that_stands_for_all_purposes_is_reserved(client: AsyncClient) -> None:
    answer = await client.put(f"{PATH}/do_not_contact", json=CLUB)

    assert (answer.status_code, answer.json()["code"]) == (422, "reserved_purpose")


async def test_only_who_may_configure_words_purposes_and_topics(service: ServiceUnderTest, tenant: Tenant) -> None:
    topic = {"key": "offers", "name_th": "โปรโมชัน", "name_en": "Offers"}
    async with service.client(tenant, "contacts:read", "contacts:write") as sales:
        refused = [await sales.put(f"{PATH}/club", json=CLUB), await sales.post("/v1/topics", json=topic)]

    assert [each.status_code for each in refused] == [403, 403]
