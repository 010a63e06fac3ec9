import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

PEOPLE = [
    {"full_name": "สมชาย ใจดี", "phone": "081-234-5678", "customer_class": "retail", "tags": ["VIP", "กรุงเทพ"]},
    {"full_name": "เกศินี แก้วใส", "email": "kesinee@example.co.th", "customer_class": "wholesale"},
    {"full_name": "Ada Lovelace", "email": "ada@example.com", "phone": "+44 20 7946 0958", "tags": ["VIP"]},
    {"full_name": "Émile Zola", "email": "zola@example.fr", "customer_class": "consumer", "language": "fr"},
]


@pytest.fixture
async def people(client: AsyncClient) -> list[dict[str, Any]]:
    response = await client.post("/v1/contacts/batch", json={"items": [{"op": "create", "data": p} for p in PEOPLE]})
    assert response.status_code == 200, response.text
    return [(await client.get(f"/v1/contacts/{item['id']}")).json() for item in response.json()["data"]]


async def names(client: AsyncClient, **params: Any) -> list[str]:
    response = await client.get("/v1/contacts", params=params)
    assert response.status_code == 200, response.text
    return [contact["full_name"] for contact in response.json()["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ใจ", ["สมชาย ใจดี"]),
        ("แก้วใส", ["เกศินี แก้วใส"]),
        ("lovel", ["Ada Lovelace"]),
        ("emile", ["Émile Zola"]),
        ("love ada", ["Ada Lovelace"]),
        ("081-234", ["สมชาย ใจดี"]),
        ("๐๘๑ ๒๓๔", ["สมชาย ใจดี"]),
        ("+66 81 234 5678", ["สมชาย ใจดี"]),
        ("7946", ["Ada Lovelace"]),
        ("kesinee@ex", ["เกศินี แก้วใส"]),
        ("nobody", []),
        ("%", []),
    ],
)
async def test_search_finds_parts_of_names_numbers_and_emails(
    client: AsyncClient, people: list[dict[str, Any]], query: str, found: list[str]
) -> None:
    assert await names(client, q=query) == found


async def test_thai_and_english_names_sort_as_dictionaries_do(
    client: AsyncClient, people: list[dict[str, Any]]
) -> None:
    assert await names(client, sort="full_name") == ["Ada Lovelace", "Émile Zola", "เกศินี แก้วใส", "สมชาย ใจดี"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"customer_class": "retail"}, {"สมชาย ใจดี"}),
        ({"customer_class[in]": "retail,wholesale"}, {"สมชาย ใจดี", "เกศินี แก้วใส"}),
        ({"customer_class[is_null]": "true"}, {"Ada Lovelace"}),
        ({"customer_class[ne]": "retail"}, {"เกศินี แก้วใส", "Ada Lovelace", "Émile Zola"}),
        ({"tags[contains]": "VIP", "email[is_null]": "false"}, {"Ada Lovelace"}),
        ({"full_name[contains]": "LOVE"}, {"Ada Lovelace"}),
        ({"full_name[starts_with]": "สม"}, {"สมชาย ใจดี"}),
        ({"email[contains]": "%"}, set()),
        ({"created_at[gt]": "2999-01-01T00:00:00Z"}, set()),
    ],
)
async def test_filters_are_typed_and_combined(
    client: AsyncClient, people: list[dict[str, Any]], params: dict[str, str], found: set[str]
) -> None:
    assert set(await names(client, **params)) == found


async def test_a_search_tree_combines_or_and_not(client: AsyncClient, people: list[dict[str, Any]]) -> None:
    tree = {
        "and": [
            {
                "or": [
                    {"field": "tags", "op": "contains", "value": "VIP"},
                    {"field": "language", "op": "eq", "value": "fr"},
                ]
            },
            {"not": {"field": "email", "op": "starts_with", "value": "ada"}},
        ]
    }

    response = await client.post(
        "/v1/contacts/search", json={"filter": tree, "sort": "full_name", "fields": "full_name"}
    )

    rows = response.json()["data"]
    assert [row["full_name"] for row in rows] == ["Émile Zola", "สมชาย ใจดี"]
    assert {frozenset(row) for row in rows} == {frozenset({"id", "full_name"})}


@pytest.mark.parametrize(
    "sort", ["created_at", "-created_at", "full_name", "-email", "email,-created_at", "family_name"]
)
async def test_pages_give_every_contact_once_whatever_the_sort(
    client: AsyncClient, people: list[dict[str, Any]], sort: str
) -> None:
    seen = await all_pages(client, sort=sort, limit=1)

    assert len(seen) == len(people)
    assert set(seen) == {person["id"] for person in people}


async def test_paging_under_concurrent_inserts_loses_and_repeats_nothing(client: AsyncClient) -> None:
    old = await create_many(client, "old", 150)

    async def insert() -> None:
        for number in range(5):
            await create_many(client, f"new{number}", 20)

    inserting = asyncio.create_task(insert())
    seen = await all_pages(client, sort="-created_at", limit=7)
    await inserting

    assert len(seen) == len(set(seen))
    assert old <= set(seen)


async def create_many(client: AsyncClient, prefix: str, count: int) -> set[str]:
    items = [{"op": "create", "data": {"full_name": f"{prefix} {number}"}} for number in range(count)]
    response = await client.post("/v1/contacts/batch", json={"items": items})
    assert response.status_code == 200, response.text
    return {item["id"] for item in response.json()["data"]}


async def all_pages(client: AsyncClient, **params: Any) -> list[str]:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.get("/v1/contacts", params={**params, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        seen += [contact["id"] for contact in page.json()["data"]]
        cursor = page.json()["next_cursor"]
        assert (cursor is not None) == ('rel="next"' in page.headers.get("link", ""))
    return seen


async def test_totals_are_counted_when_asked_for(client: AsyncClient, people: list[dict[str, Any]]) -> None:
    response = await client.get("/v1/contacts", params={"include_total": "true", "limit": 1, "tags[contains]": "VIP"})

    assert response.json()["total"] == {"value": 2, "relation": "eq"}


async def test_a_cursor_is_bound_to_its_question_and_tenant(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, people: list[dict[str, Any]]
) -> None:
    cursor = (await client.get("/v1/contacts", params={"limit": 1})).json()["next_cursor"]

    other_sort = await client.get("/v1/contacts", params={"cursor": cursor, "sort": "full_name"})
    forged = await client.get("/v1/contacts", params={"cursor": cursor[:-4] + "AAAA"})
    async with service.client(service.tenant()) as stranger:
        stolen = await stranger.get("/v1/contacts", params={"cursor": cursor, "limit": 1})

    assert (other_sort.status_code, other_sort.json()["code"]) == (400, "cursor_mismatch")
    assert (forged.status_code, forged.json()["code"]) == (400, "bad_cursor")
    assert (stolen.status_code, stolen.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"limit": "201"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"sort": "shoe_size"}, "sort"),
        ({"fields": "id,shoe_size"}, "fields"),
        ({"shoe_size": "44"}, "shoe_size"),
        ({"created_at[gt]": "yesterday"}, "created_at[gt]"),
        ({"owner_id": "me"}, "owner_id"),
        ({"customer_class[in]": ",".join(["x"] * 201)}, "customer_class[in]"),
        ({"full_name": "a\x00b"}, "full_name"),
        ({"cursor": "é"}, "cursor"),
    ],
)
async def test_bad_parameters_are_named(client: AsyncClient, params: dict[str, str], parameter: str) -> None:
    response = await client.get("/v1/contacts", params=params)

    assert response.status_code in (400, 422)
    assert [each["parameter"] for each in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        ({"field": "shoe_size", "op": "eq", "value": 1}, "/filter/field"),
        ({"and": [{"field": "created_at", "op": "contains", "value": "x"}]}, "/filter/and/0/value"),
        ({"field": "email", "op": "eq", "value": None}, "/filter/value"),
        ({"field": "email", "op": "in", "value": []}, "/filter/value"),
        ({"not": {"not": {"not": {"not": {"not": {"field": "email", "op": "eq", "value": "a"}}}}}}, "/filter"),
        ({"field": "email", "op": "eq"}, "/filter/value"),
        ({"and": [{"or": [{"field": 1, "op": "eq", "value": 1}]}]}, "/filter/and/0/or/0/field"),
        ({"and": [{"field": "email", "op": "eq", "value": "a"}], "or": []}, "/filter/or"),
        ({"not": ["email"]}, "/filter/not"),
        ("email", "/filter"),
    ],
)
async def test_bad_search_trees_are_named(client: AsyncClient, tree: Any, pointer: str) -> None:
    response = await client.post("/v1/contacts/search", json={"filter": tree})

    assert response.status_code == 422
    assert [each["pointer"] for each in response.json()["errors"]] == [pointer]


async def test_a_tree_far_too_large_is_refused_before_it_is_looked_into(client: AsyncClient) -> None:
    """64,000 wrong comparisons in half a megabyte once took more than a gigabyte of memory to complain about."""
    tree = {"and": [{"and": [{"or": [{"a": 1}] * 40}] * 40}] * 40}

    response = await client.post("/v1/contacts/search", json={"filter": tree})

    [error] = response.json()["errors"]
    assert (response.status_code, error["code"], error["pointer"]) == (422, "too_large", "/filter")


async def test_a_plain_list_is_not_planned_at_each_request(client: AsyncClient, service: ServiceUnderTest) -> None:
    for limit in range(1, 13):
        assert (await client.get("/v1/contacts", params={"limit": limit})).status_code == 200

    connection = await service.database.reading.acquire(5)
    kept = await connection.fetchval(
        "select sum(generic_plans) from pg_prepared_statements where statement like '%FROM contacts%LIMIT 201%'"
    )
    service.database.reading.release(connection)
    assert int(kept) > 0


@pytest.mark.parametrize("limit", [1, 2, 4, 200])
async def test_a_page_has_as_many_as_were_asked_for(
    client: AsyncClient, people: list[dict[str, Any]], limit: int
) -> None:
    pages: list[list[str]] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        params = {"limit": str(limit), "sort": "full_name"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/contacts", params=params)).json()
        pages.append([contact["id"] for contact in page["data"]])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert sorted(each for page in pages for each in page) == sorted(person["id"] for person in people)
