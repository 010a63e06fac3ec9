from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.quality.consumer import consumer
from shared.db.record import now
from shared.ids import new_id
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.made import contact, ids_of

Work = Callable[[], Awaitable[int]]
Scored = Callable[..., Awaitable[None]]
WHOLE = {
    "full_name": "สมชาย ใจดี", "phone": "0812345678", "email": "somchai@example.com",
    "birthday": {"month": 4, "day": 13}, "addresses": [{"city": "เชียงใหม่"}], "home_province": "เชียงใหม่",
    "owner_id": str(new_id()), "language": "th",
    "lifecycle_stage": "lead", "customer_class": "retail",
}  # fmt: skip


@pytest.fixture
def scored(service: ServiceUnderTest, tenant: Tenant) -> Scored:
    """What the consumer does when the contacts' own events come by."""

    async def hear(*ids: str, what: str = "updated") -> None:
        told = [fact(tenant.context, f"contacts.contact.{what}.v1", UUID(each), 1, contact_id=each) for each in ids]
        await dispatch(consumer, service.database, *told)

    return hear


async def whole(client: AsyncClient, **other: Any) -> str:
    return await contact(client, **{**WHOLE, **other})


async def age(tenant: Tenant, contact_id: str, days: int) -> None:
    """As if nobody had touched it for so long."""
    query = text("update contacts set updated_at = :then where tenant_id = :tenant_id and id = :id")
    async with tenant.database.transaction(tenant.context) as session:
        given = {"then": now() - timedelta(days=days), "tenant_id": tenant.id, "id": UUID(contact_id)}
        await session.execute(query, given)


async def quality(client: AsyncClient, contact_id: str, language: str = "en") -> dict[str, Any]:
    response = await client.get(f"/v1/contacts/{contact_id}/quality", headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    return [issue["kind"] for issue in found["issues"]]


async def test_a_whole_and_fresh_contact_has_every_point(client: AsyncClient) -> None:
    found = await quality(client, await whole(client))

    assert (found["score"], found["quality_class"], found["issues"]) == (100, "good", [])


async def test_each_missing_thing_costs_its_weight_and_says_how_to_cure_it(client: AsyncClient) -> None:
    made = await whole(client, phone=None, birthday=None)

    in_thai, in_english = await quality(client, made, "th-TH"), await quality(client, made, "en")

    assert (in_english["score"], kinds(in_english)) == (75, ["missing_phone", "missing_birthday"])
    assert in_english["issues"][0] == {
        "kind": "missing_phone", "field": "phones", "weight": 20, "text": "No phone number",
        "cure": "Ask for a phone number at the next contact.",
    }  # fmt: skip
    assert in_thai["issues"][0]["text"] == "ไม่มีเบอร์โทรศัพท์"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"phone": "+66800000000"}, "invalid_phone"),
        ({"email": "noreply@shop.com"}, "invalid_email"),
        ({"birthday": {"year": 1860, "month": 1, "day": 2}}, "invalid_birthday"),
        ({"full_name": "สมชาย 0812345678"}, "invalid_name"),
    ],
)
async def test_what_cannot_be_right_is_seen(client: AsyncClient, given: dict[str, Any], kind: str) -> None:
    assert kinds(await quality(client, await whole(client, **given))) == [kind]


@pytest.mark.parametrize(("days", "expected"), [(182, []), (183, ["ageing"]), (364, ["ageing"]), (366, ["stale"])])
async def test_contacts_age(client: AsyncClient, tenant: Tenant, days: int, expected: list[str]) -> None:
    made = await whole(client)

    await age(tenant, made, days)

    assert kinds(await quality(client, made)) == expected


async def test_the_worst_come_first_in_pages(client: AsyncClient, scored: Scored) -> None:
    worst, worse, bad = (
        await contact(client),
        await whole(client, phone=None, email=None),
        await whole(client, phone=None),
    )
    await scored(worst, worse, bad, await whole(client, email="a@example.com"))

    first = (await client.get("/v1/quality/issues", params={"limit": 2})).json()
    rest = (await client.get("/v1/quality/issues", params={"limit": 2, "cursor": first["next_cursor"]})).json()

    assert [row["id"] for row in first["data"] + rest["data"]] == [worst, worse, bad]
    assert [issue["kind"] for issue in rest["data"][0]["issues"]] == ["missing_phone"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("score", [-(2**31), 2**31 - 1])
async def test_any_score_can_be_asked_for(client: AsyncClient, scored: Scored, score: int) -> None:
    without = await contact(client)
    await scored(without)

    response = await client.get("/v1/quality/issues", params={"score[ne]": score})

    assert [row["id"] for row in response.json()["data"]] == [without]


async def test_issues_of_one_kind_are_listed_in_thai(client: AsyncClient, scored: Scored) -> None:
    without, other = await whole(client, phone=None), await whole(client, email=None)
    await scored(without, other)

    response = await client.get(
        "/v1/quality/issues", params={"kind": "missing_phone"}, headers={"Accept-Language": "th"}
    )

    assert [(row["id"], row["issues"][0]["text"]) for row in response.json()["data"]] == [(without, "ไม่มีเบอร์โทรศัพท์")]
    assert response.headers["content-language"] == "th"


async def test_the_summary_counts_kinds_and_classes(client: AsyncClient, scored: Scored) -> None:
    ids = [await whole(client, email=None), await whole(client, email=None, phone=None), await contact(client)]
    await scored(*ids)

    found = (await client.get("/v1/quality/summary")).json()

    assert [found[name] for name in ("contacts", "good", "fair", "poor")] == [3, 1, 1, 1]
    assert [(each["kind"], each["contacts"]) for each in found["kinds"][:2]] == [
        ("missing_email", 3), ("missing_phone", 2),
    ]  # fmt: skip


async def test_deleted_contacts_are_nothing_to_fix_until_they_are_back(client: AsyncClient, scored: Scored) -> None:
    made = await contact(client)
    await scored(made)
    await client.delete(f"/v1/contacts/{made}")

    before_heard = await ids_of(client, "/v1/quality/issues")
    await scored(made, what="deleted")
    counted = (await client.get("/v1/quality/summary")).json()["contacts"]
    await client.post(f"/v1/contacts/{made}/restore")
    await scored(made, what="restored")

    assert (before_heard, counted) == ([], 0)
    assert await ids_of(client, "/v1/quality/issues") == [made]


async def test_only_another_class_is_told(client: AsyncClient, tenant: Tenant, scored: Scored) -> None:
    made = await whole(client)
    await scored(made)
    await client.patch(f"/v1/contacts/{made}", json={"birthday": None})
    await scored(made)
    same_class = (await tenant.staged_types()).count("contacts.quality.changed.v1")
    await client.patch(f"/v1/contacts/{made}", json={"phone": None, "email": None})
    await scored(made)
    await scored(made)

    assert same_class == 0
    assert (await tenant.staged_types()).count("contacts.quality.changed.v1") == 1


async def test_scores_sink_by_themselves(client: AsyncClient, tenant: Tenant, scored: Scored, work: Work) -> None:
    made = await whole(client)
    await age(tenant, made, 100)
    await scored(made)
    fresh = await ids_of(client, "/v1/quality/issues")
    await age(tenant, made, 400)
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text("update contact_quality set due_at = now() - interval '1 day'"))

    await work()
    again = await work()

    assert fresh == []
    assert await ids_of(client, "/v1/quality/issues", kind="stale") == [made]
    assert again == 0


async def test_a_business_weighs_as_it_likes(client: AsyncClient, work: Work) -> None:
    made = await whole(client, phone=None, birthday=None)

    started = await client.put(
        "/v1/quality-rules",
        json={"weights": {"missing_phone": 0, "missing_birthday": 50}, "good_from": 95, "fair_from": 90},
    )
    at_once = await quality(client, made)
    await work()

    assert started.status_code == 202
    assert (await client.get(started.headers["location"])).json()["result"] == {"contacts": 1}
    assert (at_once["score"], at_once["quality_class"], kinds(at_once)) == (60, "poor", ["missing_birthday"])
    assert await ids_of(client, "/v1/quality/issues", kind="missing_birthday") == [made]
    rules = (await client.get("/v1/quality-rules")).json()
    assert (rules["version"], rules["weights"]["missing_phone"], rules["weights"]["missing_email"]) == (1, 0, 15)


async def test_rules_that_contradict_themselves_are_refused(client: AsyncClient) -> None:
    response = await client.put("/v1/quality-rules", json={"good_from": 50, "fair_from": 60})

    assert response.status_code == 422
