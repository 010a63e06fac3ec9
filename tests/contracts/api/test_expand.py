"""1.1: `expand` shows in full what a record names, as far as its service knows it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from interaction_service.orders.consumer import consumer
from shared.ids import new_id
from shared.testing.events import dispatch, fact
from tests.contracts.api.collections import COMPANIES, CONTACTS, INTERACTIONS, ORDERS, Collection
from tests.contracts.api.conftest import Account, System
from tests.contracts.api.problems import problem_of

KNOWN = {
    CONTACTS.name: ["company", "company.parent"],
    COMPANIES.name: ["parent", "parent.parent"],
    INTERACTIONS.name: ["contact"],
    ORDERS.name: ["contact"],
}


@pytest.fixture
async def family(client: httpx.AsyncClient) -> dict[str, Any]:
    """A contact of a company that belongs to another."""
    parent = await COMPANIES.create(client, name="บริษัท แม่")
    company = await COMPANIES.create(client, name="บริษัท ลูก", parent_id=parent["id"])
    contact = await CONTACTS.create(client, company_id=company["id"])
    return {"parent": parent, "company": company, "contact": contact}


async def test_a_contact_is_read_with_its_company_and_the_companys_parent(
    client: httpx.AsyncClient, family: dict[str, Any]
) -> None:
    contact = family["contact"]

    one = await client.get(f"/v1/contacts/{contact['id']}", params={"expand": "company,company.parent"})
    listed = await client.get("/v1/contacts", params={"expand": "company.parent"})
    found = await client.post("/v1/contacts/search", json={"expand": "company.parent"})

    seen = one.json()
    company = seen.pop("company")
    assert seen == contact
    assert (company["id"], company["name"], company["type"]) == (family["company"]["id"], "บริษัท ลูก", "company")
    assert (company["parent"]["id"], company["parent"]["name"]) == (family["parent"]["id"], "บริษัท แม่")
    assert listed.json()["data"] == found.json()["data"] == [one.json()]


async def test_a_company_is_read_with_its_parent(client: httpx.AsyncClient, family: dict[str, Any]) -> None:
    company = family["company"]

    response = await client.get(f"/v1/companies/{company['id']}", params={"expand": "parent.parent"})

    assert response.json()["parent"]["id"] == family["parent"]["id"]
    assert response.json()["parent"]["parent"] is None


async def test_what_is_named_and_not_there_is_null(client: httpx.AsyncClient, family: dict[str, Any]) -> None:
    alone = await CONTACTS.create(client)
    await client.delete(f"/v1/companies/{family['company']['id']}")

    for contact in (alone, family["contact"]):
        response = await client.get(f"/v1/contacts/{contact['id']}", params={"expand": "company"})
        assert response.json() == {**contact, "company": None}


async def test_fields_and_expansions_go_together(client: httpx.AsyncClient, family: dict[str, Any]) -> None:
    response = await client.get("/v1/contacts", params={"fields": "full_name", "expand": "company"})

    [row] = response.json()["data"]
    assert set(row) == {"id", "full_name", "company_id", "company"}
    assert row["company"]["id"] == row["company_id"] == family["company"]["id"]


@pytest.mark.parametrize("named", [INTERACTIONS, ORDERS], ids=lambda each: each.name)
async def test_what_happened_is_read_with_the_contact_that_the_service_knows(
    system: System, account: Account, client: httpx.AsyncClient, named: Collection
) -> None:
    contact_id = new_id()
    await _tell_of_contact(system, account, contact_id)
    made = await named.create(client, contact_id=str(contact_id))
    stranger = await named.create(client, contact_id=str(new_id()))

    one = await client.get(f"{named.path}/{made['id']}", params={"expand": "contact"})
    other = await client.get(f"{named.path}/{stranger['id']}", params={"expand": "contact"})
    listed = await client.get(named.path, params={"expand": "contact"})

    assert one.json()["contact"] == {
        "id": str(contact_id), "type": "contact", "version": 3, "full_name": "สมชาย ใจดี",
        "emails": ["somchai@example.com"], "phones": [], "external_ids": [], "owner_id": None,
    }  # fmt: skip
    assert other.json()["contact"] is None
    assert {row["id"]: row["contact"] is not None for row in listed.json()["data"]} == {
        made["id"]: True,
        stranger["id"]: False,
    }


async def _tell_of_contact(system: System, account: Account, contact_id: UUID) -> None:
    known = fact(
        account.tenant.context, "contacts.contact.created.v1", contact_id, 3, contact_id=contact_id,
        full_name="สมชาย ใจดี", emails=["somchai@example.com"], phones=[], external_ids=[], owner_id=None,
    )  # fmt: skip
    await dispatch(consumer, system.database("interactions"), known)


async def test_unknown_names_are_refused_with_the_known_ones(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    first = KNOWN[collection.name][0]
    too_deep = ".".join([first] * 3)

    for text in ("owner", "", f"{first},shoe", f"{first}.shoe", too_deep, ",".join([first] * 6)):
        for response in (
            await client.get(collection.path, params={"expand": text}),
            await client.get(f"{collection.path}/{made['id']}", params={"expand": text}),
            await client.post(f"{collection.path}/search", json={"expand": text}),
        ):
            problem = problem_of(response, 422, "unknown_expansion")
            assert problem["params"]["known"] == KNOWN[collection.name]
            assert "expand" in (problem["errors"][0].get("parameter"), problem["errors"][0].get("pointer", "")[1:])


async def test_an_expanded_record_has_the_etag_of_the_record_and_is_always_sent(
    client: httpx.AsyncClient, family: dict[str, Any]
) -> None:
    """The ETag does not tell of the company: it may have changed."""
    path = f"/v1/contacts/{family['contact']['id']}"

    response = await client.get(path, params={"expand": "company"}, headers={"If-None-Match": '"1"'})

    assert response.status_code == 200
    assert response.headers["etag"] == '"1"'


async def test_companies_of_others_cannot_be_looked_into(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, family: dict[str, Any]
) -> None:
    foreign = await stranger.post("/v1/contacts", json={"full_name": "Eve", "company_id": family["company"]["id"]})

    assert foreign.status_code == 422
