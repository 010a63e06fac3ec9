"""Lists by custom fields: what they find does not depend on whether the field is indexed."""

from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.fields.jobs import register
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from tests.contacts_service.fields.defining import add, define, names

VALUES: dict[str, dict[str, Any]] = {
    "ก": {"points": 5, "tier": "gold", "likes": ["gold", "silver"], "budget": {"amount": "9.50", "currency": "THB"}},
    "ข": {"points": 12.5, "tier": "silver", "likes": ["gold"], "budget": {"amount": "10.00", "currency": "THB"}},
    "ค": {"points": -3, "tier": "gold", "seen": "2026-03-01T10:00:00+07:00", "born": "1990-04-13"},
    "ง": {"nick": "เก่ง", "seen": "2026-03-01T02:59:59Z", "born": "2001-01-01", "vip": True},
    "จ": {
        "nick": "กาน",
        "vip": False,
        "site": "https://Example.com/Path",
        "mail": "Ada@Example.com",
        "tel": "0812345678",
    },
    "ฉ": {},
}
TYPES = {
    "points": "number", "tier": "choice", "likes": "choices", "budget": "money", "seen": "instant", "born": "date",
    "nick": "text", "vip": "boolean", "site": "url", "mail": "email", "tel": "phone",
}  # fmt: skip


@pytest.fixture(params=["indexed from the beginning", "indexed later", "not indexed"])
async def stocked(request: pytest.FixtureRequest, service: ServiceUnderTest, client: AsyncClient) -> AsyncClient:
    indexed = request.param == "indexed from the beginning"
    ids = [(await define(client, key, kind, indexed=indexed))["id"] for key, kind in TYPES.items()]
    for name, values in VALUES.items():
        await add(client, name, custom=values)
    if request.param == "indexed later":
        for field_id in ids:
            assert (await client.post(f"/v1/fields/{field_id}/index")).status_code == 202
        await build(service)
        states = {each["index"] for each in (await client.get("/v1/fields")).json()["data"]}
        assert states == {"ready"}
    return client


async def build(service: ServiceUnderTest) -> None:
    jobs = Jobs()
    register(jobs)
    await run_until_idle(jobs, service.database, service.system)


FILTERS = {
    "custom_fields.points=5": "ก",
    "custom_fields.points=12.5": "ข",
    "custom_fields.points[gte]=5": "กข",
    "custom_fields.points[gt]=5&custom_fields.points[lt]=100": "ข",
    "custom_fields.points[in]=-3,5": "กค",
    "custom_fields.points[ne]=5": "ขคงจฉ",
    "custom_fields.points[is_null]=true": "งจฉ",
    "custom_fields.budget[gte]=9.6": "ข",
    "custom_fields.tier=gold": "กค",
    "custom_fields.tier[nin]=gold": "ขงจฉ",
    "custom_fields.likes[contains]=gold": "กข",
    "custom_fields.seen=2026-03-01T03:00:00Z": "ค",
    "custom_fields.seen[lt]=2026-03-01T03:00:00Z": "ง",
    "custom_fields.born=1990-04-13": "ค",
    "custom_fields.born[gt]=1990-04-13": "ง",
    "custom_fields.nick=เก่ง": "ง",
    "custom_fields.nick[contains]=่ง": "ง",
    "custom_fields.nick[starts_with]=ก": "จ",
    "custom_fields.vip=false": "จ",
    "custom_fields.site=https://example.com/Path": "จ",
    "custom_fields.site=https://example.com/path": "",
    "custom_fields.mail=ada@example.com": "จ",
    "custom_fields.tel[in]=%2B66812345678": "จ",
    "custom_fields.tier=gold&custom_fields.points[lt]=0": "ค",
}
SORTS = {
    "custom_fields.points": "คกขงจฉ",
    "-custom_fields.points": "ขกคฉจง",
    "custom_fields.budget": "กขคงจฉ",
    "custom_fields.tier": "กคขงจฉ",
    "-custom_fields.tier": "ขคกฉจง",
    "custom_fields.nick": "จงกขคฉ",
    "-custom_fields.seen": "คงฉจขก",
    "custom_fields.born,-full_name": "คงฉจขก",
    "custom_fields.vip": "จงกขคฉ",
    "full_name,custom_fields.points": "กขคงจฉ",
}
"""What has no value comes last, as the records were made, or the other way round."""


async def test_filters_by_custom_fields(stocked: AsyncClient) -> None:
    found = {}
    for question in FILTERS:
        response = await stocked.get(f"/v1/contacts?sort=full_name&include_total=true&{question}")
        assert response.status_code == 200, response.text
        found[question] = "".join(each["full_name"] for each in response.json()["data"])
        assert response.json()["total"]["value"] == len(found[question])

    assert found == FILTERS


async def test_sorts_by_custom_fields_page_after_page(stocked: AsyncClient) -> None:
    found = {sort: "".join(await names(stocked, sort=sort, limit=limit)) for limit in (2, 4) for sort in SORTS}

    assert found == SORTS


async def test_a_filtered_list_in_the_order_of_creation_page_after_page(stocked: AsyncClient) -> None:
    question: dict[str, Any] = {"custom_fields.tier[in]": "gold,silver", "limit": 1}

    assert await names(stocked, **question) == ["ค", "ข", "ก"]
    assert await names(stocked, sort="created_at", **question) == ["ก", "ข", "ค"]
    assert await names(stocked, sort="-custom_fields.points", **question) == ["ข", "ก", "ค"]


async def test_a_search_by_custom_fields_in_all_parts_of_its_tree(stocked: AsyncClient) -> None:
    gold = {"field": "custom_fields.tier", "op": "eq", "value": "gold"}
    few = {"field": "custom_fields.points", "op": "lt", "value": 5}
    likes = [{"field": "custom_fields.likes", "op": "contains", "value": value} for value in ("gold", "silver")]
    trees = {"ค": {"and": [gold, few]}, "กค": {"or": [gold, few]}, "ขงจฉ": {"not": gold}, "ก": {"and": likes}}

    for expected, tree in trees.items():
        response = await stocked.post("/v1/contacts/search", json={"filter": tree, "sort": "full_name"})

        assert "".join(each["full_name"] for each in response.json()["data"]) == expected, response.text


async def test_an_index_keeps_up_with_changes(stocked: AsyncClient) -> None:
    ids = {each["full_name"]: each["id"] for each in (await stocked.get("/v1/contacts")).json()["data"]}
    await stocked.patch(f"/v1/contacts/{ids['ก']}", json={"custom_fields": {"points": 50, "tier": None}})
    await stocked.patch(f"/v1/contacts/{ids['ฉ']}", json={"custom_fields": {"points": 7}, "nickname": "ฉ"})
    await stocked.delete(f"/v1/contacts/{ids['ข']}")
    deleted = await names(stocked, sort="custom_fields.points", **{"custom_fields.points[gt]": "0"})
    await stocked.post(f"/v1/contacts/{ids['ข']}/restore")

    assert deleted == ["ฉ", "ก"]
    assert await names(stocked, sort="custom_fields.points") == ["ค", "ฉ", "ข", "ก", "ง", "จ"]
    assert await names(stocked, **{"custom_fields.tier": "gold"}) == ["ค"]


async def test_unknown_fields_and_wrong_values_are_named(client: AsyncClient) -> None:
    await define(client, "points", "number")
    wrong = {
        "custom_fields.size=1": "custom_fields.size",
        "custom_fields.points[contains]=1": "custom_fields.points[contains]",
        "custom_fields.points=many": "custom_fields.points",
        "sort=custom_fields.size": "sort",
        "custom_field.points=1": "custom_field.points",
    }

    answers = {question: await client.get(f"/v1/contacts?{question}") for question in wrong}
    tree = {"filter": {"field": "custom_fields.size", "op": "eq", "value": 1}}
    search = await client.post("/v1/contacts/search", json=tree)

    assert {answer.status_code for answer in answers.values()} == {422}
    assert {question: answer.json()["errors"][0]["parameter"] for question, answer in answers.items()} == wrong
    assert "custom_fields.points" in answers["custom_fields.size=1"].json()["detail"]
    assert (search.status_code, search.json()["errors"][0]["pointer"]) == (422, "/filter/field")


async def test_companies_are_listed_by_their_own_fields(client: AsyncClient) -> None:
    await define(client, "fleet", "number", record_type="company", indexed=True)
    for name, fleet in (("บริษัท ก", 3), ("Company B", 12)):
        await add(client, name, "/v1/companies", custom={"fleet": fleet})

    assert await names(client, "/v1/companies", **{"custom_fields.fleet[gt]": "5"}) == ["Company B"]
    assert await names(client, "/v1/companies", sort="custom_fields.fleet") == ["บริษัท ก", "Company B"]
    assert (await client.get("/v1/contacts?custom_fields.fleet=3")).status_code == 422


async def test_a_dropped_index_is_not_asked_any_more(service: ServiceUnderTest, client: AsyncClient) -> None:
    field = await define(client, "points", "number", indexed=True)
    await add(client, "ก", custom={"points": 1})

    response = await client.delete(f"/v1/fields/{field['id']}/index")

    assert response.status_code == 202
    assert (await client.get(f"/v1/fields/{field['id']}")).json()["index"] == "none"
    await add(client, "ข", custom={"points": 2})
    assert await names(client, **{"custom_fields.points[gt]": "0"}) == ["ข", "ก"]
    await client.post(f"/v1/fields/{field['id']}/index")
    await build(service)
    assert await names(client, sort="custom_fields.points") == ["ก", "ข"]


async def test_records_are_written_while_an_index_is_built(service: ServiceUnderTest, client: AsyncClient) -> None:
    field = await define(client, "points", "number")
    ids = {name: (await add(client, name, custom={"points": 1}))["id"] for name in ("ก", "ข", "ค")}
    await client.post(f"/v1/fields/{field['id']}/index")

    await client.patch(f"/v1/contacts/{ids['ก']}", json={"custom_fields": {"points": 5}})
    await client.patch(f"/v1/contacts/{ids['ข']}", json={"custom_fields": {"points": None}})
    await client.delete(f"/v1/contacts/{ids['ค']}")
    await add(client, "ง", custom={"points": 4})
    await build(service)
    await client.post(f"/v1/contacts/{ids['ค']}/restore")

    assert (await client.get(f"/v1/fields/{field['id']}")).json()["index"] == "ready"
    assert await names(client, sort="custom_fields.points") == ["ค", "ง", "ก", "ข"]
    assert await names(client, sort="full_name", **{"custom_fields.points[gt]": "0"}) == ["ก", "ค", "ง"]


async def test_other_lists_refuse_names_that_begin_like_custom_fields(client: AsyncClient) -> None:
    response = await client.get("/v1/fields?custom_fields.points=1")

    assert (response.status_code, response.json()["code"]) == (422, "unknown_field")
