"""Lists by custom fields: what they find does not depend on whether the field is indexed."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from contacts_service.fields.jobs import register
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from tests.contacts_service.fields.defining import add, define, names

VALUES = {
    "ก": {"points": 5, "tier": "gold", "likes": ["gold", "silver"], "budget": {"amount": "9.50", "currency": "THB"}},
    "ข": {"points": 12.5, "tier": "silver", "likes": ["gold"], "budget": {"amount": "10.00", "currency": "THB"}},
    "ค": {"points": -3, "tier": "gold", "seen": "2026-03-01T10:00:00+07:00", "born": "1990-04-13"},
    "ง": {"nick": "เก่ง", "seen": "2026-03-01T02:59:59Z", "born": "2001-01-01", "vip": True},
    "จ": {"nick": "กาน", "vip": False, "site": "https://Example.com/Path", "mail": "Ada@Example.com", "tel": "0812345678"},
    "ฉ": {},
}
TYPES = {
    "points": "number", "tier": "choice", "likes": "choices", "budget": "money", "seen": "instant", "born": "date",
    "nick": "text", "vip": "boolean", "site": "url", "mail": "email", "tel": "phone",
}  # fmt: skip


@pytest.fixture(params=["indexed from the beginning", "indexed later", "not indexed"])
async def stocked(request: pytest.FixtureRequest, service: ServiceUnderTest, client: AsyncClient) -> AsyncIterator[AsyncClient]:
    indexed = request.param == "indexed from the beginning"
    ids = [(await define(client, key, kind, indexed=indexed))["id"] for key, kind in TYPES.items()]
    for name, values in VALUES.items():
        await add(client, name, **values)
    if request.param == "indexed later":
        for field_id in ids:
            assert (await client.post(f"/v1/fields/{field_id}/index")).status_code == 202
        await build(service)
        states = {each["index"] for each in (await client.get("/v1/fields")).json()["data"]}
        assert states == {"ready"}
    yield client


async def build(service: ServiceUnderTest) -> None:
    jobs = Jobs()
    register(jobs)
    await run_until_idle(jobs, service.database, service.system)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("custom_fields.points=5", "ก"),
        ("custom_fields.points=12.5", "ข"),
        ("custom_fields.points[gte]=5", "กข"),
        ("custom_fields.points[gt]=5&custom_fields.points[lt]=100", "ข"),
        ("custom_fields.points[in]=-3,5", "กค"),
        ("custom_fields.points[ne]=5", "ขคงจฉ"),
        ("custom_fields.points[is_null]=true", "งจฉ"),
        ("custom_fields.budget[gte]=9.6", "ข"),
        ("custom_fields.tier=gold", "กค"),
        ("custom_fields.tier[nin]=gold", "ขงจฉ"),
        ("custom_fields.likes[contains]=gold", "กข"),
        ("custom_fields.seen=2026-03-01T03:00:00Z", "ค"),
        ("custom_fields.seen[lt]=2026-03-01T03:00:00Z", "ง"),
        ("custom_fields.born=1990-04-13", "ค"),
        ("custom_fields.born[gt]=1990-04-13", "ง"),
        ("custom_fields.nick=เก่ง", "ง"),
        ("custom_fields.nick[contains]=่ง", "ง"),
        ("custom_fields.nick[starts_with]=ก", "จ"),
        ("custom_fields.vip=false", "จ"),
        ("custom_fields.site=https://example.com/Path", "จ"),
        ("custom_fields.site=https://example.com/path", ""),
        ("custom_fields.mail=ada@example.com", "จ"),
        ("custom_fields.tel[in]=%2B66812345678", "จ"),
        ("custom_fields.tier=gold&custom_fields.points[lt]=0", "ค"),
    ],
)
async def test_a_list_by_custom_fields(stocked: AsyncClient, question: str, expected: str) -> None:
    response = await stocked.get(f"/v1/contacts?sort=full_name&include_total=true&{question}")

    assert response.status_code == 200, response.text
    assert [each["full_name"] for each in response.json()["data"]] == [*expected]
    assert response.json()["total"]["value"] == len(expected)
