"""Whoever does not want to be contacted is not, however the contact comes back."""

from typing import Any

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import a_contact, ask, decide

MALEE: dict[str, Any] = {"email": "Malee@Example.com", "phone": "081-234-5678"}


async def close(client: AsyncClient, contact_id: str, channel: str) -> Any:
    path = f"/v1/contacts/{contact_id}/do-not-contact/{channel}"
    return (await client.put(path, json={"source": "phone", "evidence": "ขอไม่ให้ติดต่อ"})).raise_for_status()


async def test_a_closed_channel_is_closed_whatever_was_agreed(client: AsyncClient) -> None:
    contact_id = await a_contact(client, **MALEE)
    await decide(client, contact_id, "given", channel="all")

    await close(client, contact_id, "email")

    assert await ask(client, contact_id, "email") == ["do_not_contact", "address_suppressed"]
    assert await ask(client, contact_id, "email", "service") == ["do_not_contact", "address_suppressed"]
    assert await ask(client, contact_id, "sms") == []


async def test_the_address_stays_closed_when_the_contact_comes_back_as_a_new_one(client: AsyncClient) -> None:
    contact_id = await a_contact(client, **MALEE)
    await close(client, contact_id, "all")
    await client.delete(f"/v1/contacts/{contact_id}")

    again = await a_contact(client, email="malee@example.com", phone="+66 81 234 5678")

    assert await ask(client, again, "email", "service") == ["address_suppressed"]
    assert await ask(client, again, "phone", "service") == ["address_suppressed"]
    assert await ask(client, again, "post", "service") == []


async def test_an_opened_channel_is_open_and_the_others_stay_closed(client: AsyncClient) -> None:
    contact_id = await a_contact(client, **MALEE)
    await close(client, contact_id, "all")

    answer = await client.delete(f"/v1/contacts/{contact_id}/do-not-contact/email")

    assert answer.status_code == 204
    assert await ask(client, contact_id, "email", "service") == []
    assert await ask(client, contact_id, "sms", "service") == ["do_not_contact", "address_suppressed"]
    shown = (await client.get(f"/v1/contacts/{contact_id}/do-not-contact")).json()["data"]
    assert {row["channel"]: row["state"] for row in shown} == {"all": "withdrawn", "email": "given"}


async def test_a_line_id_is_an_address_too(client: AsyncClient) -> None:
    contact_id = await a_contact(client, external_ids=[{"system": "line", "id": "U123"}])
    await close(client, contact_id, "line")
    await client.delete(f"/v1/contacts/{contact_id}")

    again = await a_contact(client, external_ids=[{"system": "line", "id": "U123"}])

    assert await ask(client, again, "line", "service") == ["address_suppressed"]


async def test_an_address_is_suppressed_without_any_contact(client: AsyncClient) -> None:
    given = {"kind": "phone", "value": "081-234-5678", "channel": "sms", "reason": "ขอไม่รับข้อความ"}
    await client.post("/v1/suppressed-addresses", json={"addresses": [given, given]})

    contact_id = await a_contact(client, **MALEE)

    assert await ask(client, contact_id, "sms", "service") == ["address_suppressed"]
    assert await ask(client, contact_id, "phone", "service") == []


async def test_suppressed_addresses_are_found_and_lifted_but_never_shown(tenant: Tenant, client: AsyncClient) -> None:
    given = [{"kind": "email", "value": "Malee@example.com"}, {"kind": "email", "value": "other@example.com"}]
    await client.post("/v1/suppressed-addresses", json={"addresses": given[:1]})

    listed = await client.get("/v1/suppressed-addresses")
    found = (await client.post("/v1/suppressed-addresses/search", json={"addresses": given})).json()["data"]
    lifted = await client.delete(f"/v1/suppressed-addresses/{listed.json()['data'][0]['id']}")

    assert "malee" not in listed.text.lower()
    assert [each["index"] for each in found] == [0]
    assert lifted.status_code == 204
    assert await tenant.count("suppressed_addresses") == 0
    assert (await client.delete(f"/v1/suppressed-addresses/{new_id()}")).status_code == 404


async def test_equal_addresses_of_two_tenants_have_nothing_in_common(
    service: ServiceUnderTest, client: AsyncClient
) -> None:
    address = {"addresses": [{"kind": "email", "value": "malee@example.com"}]}
    await client.post("/v1/suppressed-addresses", json=address)

    async with service.client(service.tenant()) as stranger:
        contact_id = await a_contact(stranger, **MALEE)
        reasons = await ask(stranger, contact_id, "email", "service")
        found = (await stranger.post("/v1/suppressed-addresses/search", json=address)).json()["data"]

    assert (reasons, found) == ([], [])


async def test_what_is_closed_is_told_without_addresses(tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client, **MALEE)

    await close(client, contact_id, "all")

    assert (await tenant.staged_types())[-1] == "contacts.do_not_contact.changed.v1"


async def test_up_to_a_thousand_contacts_are_checked_at_once(client: AsyncClient) -> None:
    agreed, silent, closed = [await a_contact(client, email=f"{name}@example.com") for name in ("a", "b", "c")]
    await decide(client, agreed, "given")
    await decide(client, closed, "given")
    await close(client, closed, "all")
    unknown = str(new_id())

    body = {"contact_ids": [agreed, silent, closed, unknown], "channel": "email", "purpose": "marketing"}
    answer = await client.post("/v1/contactability", json=body)

    found = answer.json()["data"]
    assert [each["contact_id"] for each in found] == body["contact_ids"]
    assert [each["may_contact"] for each in found] == [True, False, False, False]
    assert [[reason["code"] for reason in each["reasons"]] for each in found[1:]] == [
        ["consent_missing"], ["do_not_contact", "address_suppressed"], ["contact_unknown"],
    ]  # fmt: skip


async def test_legitimate_interest_needs_no_consent_but_an_objection_ends_it(client: AsyncClient) -> None:
    contact_id = await a_contact(client, **MALEE)
    before = await ask(client, contact_id, "email", "research")

    await decide(client, contact_id, "withdrawn", purpose="research", channel="all")

    assert before == []
    assert await ask(client, contact_id, "email", "research") == ["consent_withdrawn"]


async def test_without_an_address_nobody_is_reached(client: AsyncClient) -> None:
    contact_id = await a_contact(client)

    assert await ask(client, contact_id, "email", "service") == ["no_address"]
    assert await ask(client, contact_id, "visit", "service") == []


async def test_a_question_names_one_channel_and_a_known_purpose(client: AsyncClient) -> None:
    contact_id = await a_contact(client)

    of_all = await client.get(f"/v1/contacts/{contact_id}/contactability", params={"channel": "all"})
    of_none = await client.get(
        f"/v1/contacts/{contact_id}/contactability", params={"channel": "sms", "purpose": "unheard_of"}
    )

    assert (of_all.status_code, of_none.status_code) == (422, 422)
    assert of_none.json()["code"] == "unknown_purpose"
    assert of_none.json()["errors"][0]["parameter"] == "purpose"


async def test_a_list_of_those_who_may_not_be_contacted_comes_in_together(client: AsyncClient) -> None:
    contacts = [await a_contact(client, email=f"{name}@example.com") for name in ("a", "b")]
    rows = [
        {"contact_id": each, "purpose": "do_not_contact", "channel": "all", "decision": "withdrawn", "source": "import"}
        for each in contacts
    ]
    await client.post("/v1/consents/batch", json={"rows": rows})
    await client.delete(f"/v1/contacts/{contacts[0]}")

    again = await a_contact(client, email="a@example.com")

    assert await ask(client, again, "email", "service") == ["address_suppressed"]
    assert await ask(client, contacts[1], "visit", "service") == ["do_not_contact"]
