from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.made import contact, ids_of

Work = Callable[[], Awaitable[int]]


@pytest.fixture
def colleague(tenant: Tenant) -> Tenant:
    """Another user of the same business."""
    return replace(tenant, actor_id=new_id())


@pytest.fixture
async def seller(service: ServiceUnderTest, colleague: Tenant) -> AsyncIterator[AsyncClient]:
    async with service.client(colleague, "contacts:read", "contacts:write") as client:
        yield client


async def new_list(client: AsyncClient, *members: str, **fields: Any) -> str:
    response = await client.post("/v1/lists", json={"name": "ลูกค้าเชียงใหม่", **fields})
    assert response.status_code == 201, response.text
    list_id = str(response.json()["id"])
    if members:
        await client.post(f"/v1/lists/{list_id}/members", json={"add": list(members)})
    return list_id


async def members(client: AsyncClient, list_id: str) -> set[str]:
    return set(await ids_of(client, f"/v1/lists/{list_id}/contacts"))


async def test_members_come_and_go(client: AsyncClient, tenant: Tenant) -> None:
    first, second, unknown = await contact(client), await contact(client), str(new_id())
    list_id = await new_list(client)

    added = await client.post(f"/v1/lists/{list_id}/members", json={"add": [first, second, unknown]})
    again = await client.post(f"/v1/lists/{list_id}/members", json={"add": [first], "remove": [second]})

    assert added.json() == {"added": 2, "removed": 0, "unknown": [unknown]}
    assert again.json() == {"added": 0, "removed": 1, "unknown": []}
    assert await members(client, list_id) == {first}
    assert (await tenant.staged_types()).count("contacts.list.members_changed.v1") == 2


async def test_a_lists_contacts_are_filtered_sorted_and_paged_like_all_contacts(client: AsyncClient) -> None:
    made = [await contact(client, full_name=name, tags=["VIP"]) for name in ("ก้อย", "ขวัญ", "คุณ")]
    other = await contact(client, full_name="งาม")
    list_id = await new_list(client, *made, other)

    first = await client.get(
        f"/v1/lists/{list_id}/contacts", params={"tags[contains]": "vip", "sort": "-full_name", "limit": 2}
    )
    rest = await client.get(
        f"/v1/lists/{list_id}/contacts",
        params={"tags[contains]": "vip", "sort": "-full_name", "limit": 2, "cursor": first.json()["next_cursor"]},
    )

    assert [row["full_name"] for row in first.json()["data"] + rest.json()["data"]] == ["คุณ", "ขวัญ", "ก้อย"]


async def test_deleted_contacts_drop_out_until_they_are_back(client: AsyncClient) -> None:
    kept, gone = await contact(client), await contact(client)
    list_id = await new_list(client, kept, gone)

    await client.delete(f"/v1/contacts/{gone}")
    without = (await members(client, list_id), (await client.get(f"/v1/lists/{list_id}")).json()["contacts"])
    await client.post(f"/v1/contacts/{gone}/restore")

    assert without == ({kept}, 1)
    assert await members(client, list_id) == {kept, gone}


async def test_a_private_list_is_its_owners_alone(client: AsyncClient, seller: AsyncClient) -> None:
    member = await contact(client)
    list_id = await new_list(client, member)

    answers = [
        await seller.get(f"/v1/lists/{list_id}"),
        await seller.get(f"/v1/lists/{list_id}/contacts"),
        await seller.post(f"/v1/lists/{list_id}/members", json={"remove": [member]}),
        await seller.post(f"/v1/lists/{list_id}/copy", json={"name": "of mine"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert await ids_of(seller, "/v1/lists") == []
    assert await ids_of(seller, f"/v1/contacts/{member}/lists") == []


@pytest.mark.parametrize("visibility", ["shared", "all"])
async def test_those_who_see_a_list_keep_it_but_only_its_owner_changes_it(
    client: AsyncClient, seller: AsyncClient, colleague: Tenant, visibility: str
) -> None:
    member = await contact(client)
    list_id = await new_list(client, visibility=visibility, shared_with=[str(colleague.actor_id)])

    added = await seller.post(f"/v1/lists/{list_id}/members", json={"add": [member]})
    renamed = await seller.patch(f"/v1/lists/{list_id}", json={"name": "mine now"})

    assert added.json()["added"] == 1
    assert await ids_of(seller, f"/v1/contacts/{member}/lists") == [list_id]
    assert (renamed.status_code, renamed.json()["code"]) == (403, "not_your_list")


async def test_everyone_has_one_address_book_of_their_own(client: AsyncClient, seller: AsyncClient) -> None:
    mine = [(await client.put("/v1/lists/personal")).json() for _ in range(2)]
    theirs = (await seller.put("/v1/lists/personal")).json()
    await new_list(client, visibility="all")

    deleted = await client.delete(f"/v1/lists/{mine[0]['id']}")

    assert mine[0]["id"] == mine[1]["id"] != theirs["id"]
    assert (mine[0]["is_personal"], mine[0]["visibility"]) == (True, "private")
    assert await ids_of(seller, "/v1/lists", mine="true") == [theirs["id"]]
    assert deleted.json()["code"] == "personal_list_stays"


@pytest.mark.parametrize(("operator", "expected"), [("union", "abcd"), ("intersect", "b"), ("subtract", "a")])
async def test_lists_are_combined_into_a_new_one(client: AsyncClient, operator: str, expected: str) -> None:
    a, b, c, d, gone = [await contact(client) for _ in range(5)]
    first, second = await new_list(client, a, b, gone), await new_list(client, b, c, d, gone)
    await client.delete(f"/v1/contacts/{gone}")

    made = await client.post("/v1/lists/combine", json={"name": "x", "operator": operator, "lists": [first, second]})

    by_name = dict(zip("abcd", (a, b, c, d), strict=True))
    assert made.status_code == 201
    assert await members(client, made.json()["id"]) == {by_name[name] for name in expected}
    assert made.json()["contacts"] == len(expected)


async def test_a_copy_goes_its_own_way(client: AsyncClient) -> None:
    member, later = await contact(client), await contact(client)
    original = await new_list(client, member, description="งานออกร้าน")

    copy = (await client.post(f"/v1/lists/{original}/copy", json={"name": "สำเนา"})).json()
    await client.post(f"/v1/lists/{original}/members", json={"add": [later], "remove": [member]})

    assert copy["description"] == "งานออกร้าน"
    assert await members(client, copy["id"]) == {member}


async def test_everyone_whom_a_filter_finds_comes_and_goes(client: AsyncClient, work: Work) -> None:
    tagged = [await contact(client, tags=["ประจำ"]) for _ in range(3)]
    await contact(client)
    list_id = await new_list(client, tagged[0])
    search = {"filter": {"and": [{"field": "tags", "op": "contains", "value": "ประจำ"}, {"not": {
        "field": "id", "op": "eq", "value": tagged[2]}}]}}  # fmt: skip

    added = await client.post(f"/v1/lists/{list_id}/members/search", json={"action": "add", **search})
    await work()
    result = (await client.get(added.headers["location"])).json()["result"]
    after = await members(client, list_id)
    await client.post(f"/v1/lists/{list_id}/members/search", json={"action": "remove", **search})
    await work()

    assert (result["found"], result["changed"]) == (2, 1)
    assert after == set(tagged[:2])
    assert await members(client, list_id) == set()


async def test_a_filter_that_means_nothing_is_refused_at_once(client: AsyncClient) -> None:
    list_id = await new_list(client)
    wrong = {"field": "shoe_size", "op": "eq", "value": 42}

    response = await client.post(f"/v1/lists/{list_id}/members/search", json={"action": "add", "filter": wrong})

    assert (response.status_code, response.json()["code"]) == (422, "invalid_filter")


async def test_a_deleted_list_is_gone_and_its_contacts_stay(client: AsyncClient) -> None:
    member = await contact(client)
    list_id = await new_list(client, member)

    await client.delete(f"/v1/lists/{list_id}")

    assert (await client.get(f"/v1/lists/{list_id}")).status_code == 410
    assert (await client.get(f"/v1/contacts/{member}")).status_code == 200
