"""Search by parts of words: what it finds, in tenants that are walked through and in those that need the index."""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest

PEOPLE = [
    {"full_name": "น้ำฝน เก่งกล้า", "phone": "081-234-5678"},
    {"full_name": "เกียรติศักดิ์ แก้วใส", "email": "kiat.k@siam-cement.co.th"},
    {"full_name": "Zoë Quigley", "email": "zq77@example.net", "phone": "+44 20 7946 0958"},
    {"full_name": "王小明", "email": "xm@example.cn"},
]
WALKED = 2000
"""Contacts that a search looks at one by one before it asks the index."""
CANDIDATES = 4000
"""Contacts that the index gives at once."""
ALIKE = ("ฐชช", "湇辇藅")
MOST = 500
"""Hits that a search considers."""
FOUND = [
    ("น้ำฝน", 0),  # with the tone mark
    ("นำฝน", 0),  # without
    ("ำฝ", 0),  # in the middle of a word
    ("ฝน", 0),  # the end of a word
    ("เก่ง", 0),  # a vowel that is written before its consonant
    ("ล้า เก่ง", 0),  # words in any order
    ("กล", 0),
    ("กยร", None),  # nobody's: the vowel between them is missing
    ("ยรติ", 1),
    ("ดิ์", 1),
    ("แก้ว เกียรติ", 1),
    ("แก้ว น้ำ", None),  # words of two people
    ("qu", 2),
    ("UIGL", 2),
    ("zoe", 2),
    ("Zoë quig", 2),
    ("q7", 2),  # where letters and digits meet
    ("77", 2),
    ("siam-cem", 1),
    ("ment.co", 1),
    ("zq77@ex", 2),
    ("081-234", 0),
    ("๐๘๑ ๒๓๔ ๕๖๗๘", 0),
    ("+66 81 234 5678", 0),
    ("(66)812345678", 0),
    ("345", 0),
    ("7946", 2),
    ("小", 3),
    ("王小", 3),
    ("小明", 3),
    ("q z", 2),  # single characters beside each other
    ("zq7 x", 2),
    ("%", None),
    ("zz", None),
]


@pytest.fixture(scope="module")
async def crowded(service: ServiceUnderTest) -> AsyncIterator[AsyncClient]:
    """Of a tenant whose people of interest are older than all that a search walks through."""
    async with service.client(service.tenant()) as client:
        await create(client, PEOPLE)
        await create(client, [{"full_name": "Crowd"}] * WALKED)
        yield client


@pytest.mark.parametrize(("query", "found"), FOUND)
async def test_a_small_tenant_is_searched(client: AsyncClient, query: str, found: int | None) -> None:
    await create(client, PEOPLE)

    assert await names(client, query) == expected(found)


@pytest.mark.parametrize(("query", "found"), FOUND)
async def test_what_is_rare_in_a_large_tenant_is_found(crowded: AsyncClient, query: str, found: int | None) -> None:
    assert await names(crowded, query) == expected(found)


async def test_every_pair_of_neighbours_is_found_in_a_large_tenant(crowded: AsyncClient) -> None:
    for word, person in (("เกียรติศักดิ์", 1), ("quigley", 2), ("zq77", 2), ("20794609", 2)):
        for pair in map("".join, pairwise(word)):
            assert expected(person)[0] in await names(crowded, pair), pair


async def test_another_tenant_finds_nothing(crowded: AsyncClient, client: AsyncClient) -> None:
    assert await names(client, "เกียรติ") == []
    assert await names(crowded, "เกียรติ") != []


async def test_words_whose_grams_have_the_same_hash_are_told_apart(crowded: AsyncClient) -> None:
    assert crc32(ALIKE[0].encode()) == crc32(ALIKE[1].encode())
    await create(crowded, [{"full_name": ALIKE[0]}])
    await create(crowded, [{"full_name": "Crowd"}] * WALKED)

    assert await names(crowded, ALIKE[0]) == [ALIKE[0]]
    assert await names(crowded, ALIKE[1]) == []


async def test_a_changed_contact_is_found_by_its_new_name_only(crowded: AsyncClient) -> None:
    [contact_id] = await create(crowded, [{"full_name": "มานะ อดทน"}])
    await create(crowded, [{"full_name": "Crowd"}] * WALKED)

    await crowded.patch(f"/v1/contacts/{contact_id}", json={"full_name": "Victoria"})

    assert await names(crowded, "อดทน") == []
    assert await names(crowded, "victo") == ["Victoria"]


async def test_all_of_very_many_hits_are_paged_through_newest_first_without_gap_or_repetition(
    client: AsyncClient,
) -> None:
    ids = await create(client, [{"full_name": f"สมาชิก {number}"} for number in range(MOST + 100)])

    seen = await all_pages(client, q="สมา", limit=150)

    assert seen == ids[::-1]


@pytest.mark.parametrize("more", [{"sort": "-created_at,-id"}, {"full_name[contains]": "สมาชิก"}])
async def test_in_another_order_or_with_a_filter_the_newest_hits_are_looked_at(
    client: AsyncClient, more: dict[str, str]
) -> None:
    ids = await create(client, [{"full_name": f"สมาชิก {number}"} for number in range(MOST + 100)])

    seen = await all_pages(client, q="สมา", limit=150, **more)

    assert seen == ids[: -MOST - 1 : -1]


async def test_hits_of_the_walk_and_of_the_index_are_one_result(client: AsyncClient) -> None:
    old = await create(client, [{"full_name": "ปรีดา"}] * 20)
    await create(client, [{"full_name": "Crowd"}] * WALKED)
    new = await create(client, [{"full_name": "ปรีดา"}] * 20)

    seen = await all_pages(client, q="รีด", limit=15)

    assert seen == [*new[::-1], *old[::-1]]


async def test_of_more_hits_than_the_index_gives_at_once_none_is_left_out(client: AsyncClient) -> None:
    old = await create(client, [{"full_name": "ปรีดา"}] * (CANDIDATES + 400))
    await create(client, [{"full_name": "Crowd"}] * WALKED)

    seen = await all_pages(client, q="รีด", limit=200)

    assert seen == old[::-1]


def expected(found: int | None) -> list[str]:
    return [] if found is None else [PEOPLE[found]["full_name"]]


async def create(client: AsyncClient, people: Sequence[dict[str, Any]]) -> list[str]:
    """Their ids, oldest first."""
    ids: list[str] = []
    for start in range(0, len(people), 200):
        items = [{"op": "create", "data": person} for person in people[start : start + 200]]
        response = await client.post("/v1/contacts/batch", json={"items": items})
        assert response.status_code == 200, response.text
        ids += [item["id"] for item in response.json()["data"]]
    return ids


async def names(client: AsyncClient, query: str) -> list[str]:
    response = await client.get("/v1/contacts", params={"q": query})
    assert response.status_code == 200, response.text
    return [contact["full_name"] for contact in response.json()["data"]]


async def all_pages(client: AsyncClient, **params: Any) -> list[str]:
    seen: list[str] = []
    while True:
        page = (await client.get("/v1/contacts", params=params)).json()
        seen += [contact["id"] for contact in page["data"]]
        if page["next_cursor"] is None:
            return seen
        params["cursor"] = page["next_cursor"]
