"""Who agreed to what, when and why; nothing of it is ever changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.consents.deciding import MARKETING, a_contact, decide, states


def at(day: int) -> str:
    return f"2026-03-{day:02}T09:30:00.000Z"


async def test_a_decision_says_who_when_and_why(tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    words = {"text_th": "ข้าพเจ้ายินยอมรับข่าวสาร", "text_en": "I agree to receive news."}
    await client.post("/v1/consent-purposes/marketing/texts", json=words)

    await decide(client, contact_id, "given", occurred_at=at(1), evidence="แบบฟอร์มเลขที่ 7", text_version=1)

    [row] = (await client.get(f"/v1/contacts/{contact_id}/consents")).json()["data"]
    assert row.items() >= {
        "purpose": "marketing", "channel": "email", "state": "given", "decided_for": "email", "source": "web_form",
        "lawful_basis": "consent", "occurred_at": at(1), "evidence": "แบบฟอร์มเลขที่ 7", "text_version": 1,
        "recorded_by": str(tenant.actor_id),
    }.items()  # fmt: skip


async def test_the_answer_of_a_decision_is_what_counts_now(client: AsyncClient) -> None:
    contact_id = await a_contact(client)

    answer = await decide(client, contact_id, "given")

    assert answer.status_code == 200
    assert answer.json() == (await client.get(f"/v1/contacts/{contact_id}/consents")).json()


async def test_a_withdrawal_that_arrives_late_wins_over_a_later_giving(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given", occurred_at=at(3))

    await decide(client, contact_id, "withdrawn", occurred_at=at(2))

    assert await states(client, contact_id) == {("marketing", "email"): "withdrawn"}


async def test_a_giving_that_occurred_before_a_withdrawal_does_not_count(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "withdrawn", occurred_at=at(3))

    await decide(client, contact_id, "given", occurred_at=at(2))

    assert await states(client, contact_id) == {("marketing", "email"): "withdrawn"}


async def test_who_gives_again_after_a_withdrawal_has_given(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "withdrawn", occurred_at=at(2))

    await decide(client, contact_id, "given", occurred_at=at(3))

    assert await states(client, contact_id) == {("marketing", "email"): "given"}


async def test_a_withdrawal_from_all_channels_counts_for_each(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given", channel="email", occurred_at=at(1))
    await decide(client, contact_id, "withdrawn", channel="all", occurred_at=at(2))

    await decide(client, contact_id, "given", channel="sms", occurred_at=at(3))

    assert await states(client, contact_id) == {
        ("marketing", "all"): "withdrawn", ("marketing", "email"): "withdrawn", ("marketing", "sms"): "given",
    }  # fmt: skip


async def test_a_history_sent_together_counts_in_the_order_in_which_it_occurred(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    told = [("withdrawn", at(2)), ("given", at(3)), ("given", at(1))]
    body = [{**MARKETING, "decision": decision, "occurred_at": moment} for decision, moment in told]

    answer = await client.post(f"/v1/contacts/{contact_id}/consents", json={"decisions": body})

    assert [row["state"] for row in answer.json()["data"]] == ["given"]


async def test_as_of_reads_what_counted_and_known_at_what_was_known(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given", occurred_at=at(1))
    history = await client.get(f"/v1/contacts/{contact_id}/consents/history")
    first = history.json()["data"][0]["recorded_at"]
    await decide(client, contact_id, "withdrawn", occurred_at=at(5))

    assert await states(client, contact_id, as_of=at(4)) == {("marketing", "email"): "given"}
    assert await states(client, contact_id, as_of=at(6)) == {("marketing", "email"): "withdrawn"}
    assert await states(client, contact_id, as_of=at(6), known_at=first) == {("marketing", "email"): "given"}


async def test_the_history_is_paged_from_the_newest(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    for day in range(1, 6):
        await decide(client, contact_id, "given" if day % 2 else "withdrawn", occurred_at=at(day))

    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get(f"/v1/contacts/{contact_id}/consents/history", params=params)).json()
        seen += [row["occurred_at"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]

    assert seen == [at(5), at(4), at(3), at(2), at(1)]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"purpose": "unheard_of"}, "unknown_purpose", "/decisions/0/purpose"),
        ({"text_version": 9}, "unknown_text_version", "/decisions/0/text_version"),
        (
            {"occurred_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
            "not_yet_occurred",
            "/decisions/0/occurred_at",
        ),
    ],
)
async def test_what_cannot_be_proved_is_refused(
    tenant: Tenant, client: AsyncClient, change: dict[str, Any], code: str, pointer: str
) -> None:
    contact_id = await a_contact(client)

    answer = await decide(client, contact_id, "given", **change)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await tenant.count("consent_decisions") == 0


async def test_of_an_archived_purpose_consents_can_only_be_withdrawn(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    name = {"th": "ของเก่า", "en": "Old"}
    body = {"name": name, "lawful_basis": "consent", "is_archived": True}
    await client.put("/v1/consent-purposes/old", json=body)

    given = await decide(client, contact_id, "given", purpose="old")
    withdrawn = await decide(client, contact_id, "withdrawn", purpose="old")

    assert (given.status_code, withdrawn.status_code) == (422, 200)


async def test_unknown_and_deleted_contacts_have_no_consents(client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await client.delete(f"/v1/contacts/{contact_id}")

    for path in ("consents", "consents/history", "do-not-contact"):
        assert (await client.get(f"/v1/contacts/{new_id()}/{path}")).status_code == 404
        assert (await client.get(f"/v1/contacts/{contact_id}/{path}")).status_code == 410
    assert (await decide(client, contact_id, "given")).status_code == 410


async def test_what_counts_is_told_to_the_other_services(tenant: Tenant, client: AsyncClient) -> None:
    contact_id = await a_contact(client)
    await decide(client, contact_id, "given", channel="sms", occurred_at=at(1))
    await decide(client, contact_id, "withdrawn", occurred_at=at(2), evidence="somchai@example.com asked")

    query = text(
        "select version, body::text from outbox"
        " where tenant_id = :tenant_id and type = 'contacts.consent.changed.v1' order by id"
    )
    async with tenant.system.transaction() as session:
        first, last = (await session.execute(query, {"tenant_id": tenant.id})).all()

    assert first.version < last.version
    assert '"state":"given"' in last.body
    assert '"state":"withdrawn"' in last.body
    assert "somchai" not in last.body


@pytest.mark.parametrize("change", ["update consent_decisions set decision = 'given'", "delete from consent_decisions"])
async def test_the_database_lets_nobody_change_the_ledger(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, change: str
) -> None:
    await decide(client, await a_contact(client), "withdrawn")

    with pytest.raises(DBAPIError, match="permission denied"):
        async with service.database.transaction(tenant.context) as session:
            await session.execute(text(change))

    assert await tenant.count("consent_decisions") == 1


async def test_the_only_way_out_of_the_ledger_is_the_persons_erasure(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    kept, gone = await a_contact(client), await a_contact(client)
    stranger = service.tenant()
    for contact_id in (kept, gone):
        await decide(client, contact_id, "given")
    erase = text("select erase_consent_decisions(:tenant_id, cast(:ids as uuid[]))")

    async with service.database.transaction(stranger.context) as session:
        of_a_stranger = await session.scalar(erase, {"tenant_id": tenant.id, "ids": [kept, gone]})
    async with service.database.transaction(tenant.context) as session:
        own = await session.scalar(erase, {"tenant_id": tenant.id, "ids": [gone]})

    assert (of_a_stranger, own) == (0, 1)
    assert (len(await states(client, kept)), len(await states(client, gone))) == (1, 0)
