import asyncio
from typing import Any

from httpx import AsyncClient

from shared.ids import new_id


async def company(client: AsyncClient, name: str, parent_id: str | None = None, contacts: int = 0) -> str:
    made = await client.post("/v1/companies", json={"name": name, "parent_id": parent_id})
    assert made.status_code == 201, made.text
    items = [
        {"op": "create", "data": {"full_name": f"{name} {n}", "company_id": made.json()["id"]}} for n in range(contacts)
    ]
    if items:
        await client.post("/v1/contacts/batch", json={"items": items})
    return str(made.json()["id"])


async def hierarchy(client: AsyncClient, company_id: str) -> dict[str, Any]:
    response = await client.get(f"/v1/companies/{company_id}/hierarchy")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_the_whole_tree_is_seen_from_everywhere_in_it_with_all_contacts_below(client: AsyncClient) -> None:
    top = await company(client, "เครือสัมพันธ์", contacts=1)
    north = await company(client, "North", top, contacts=2)
    south = await company(client, "South", top)
    branch = await company(client, "Branch", north, contacts=3)
    await company(client, "Another tree", contacts=1)

    trees = [await hierarchy(client, each) for each in (top, north, south, branch)]

    assert trees[0] == trees[1] == trees[2] == trees[3]
    assert trees[0]["is_complete"]
    assert [(each["id"], each["depth"], each["contacts"], each["all_contacts"]) for each in trees[0]["data"]] == [
        (top, 0, 1, 6),
        (north, 1, 2, 5),
        (branch, 2, 3, 3),
        (south, 1, 0, 0),
    ]


async def test_what_is_deleted_is_no_part_of_a_tree(client: AsyncClient) -> None:
    top = await company(client, "Top")
    middle = await company(client, "Middle", top)
    bottom = await company(client, "Bottom", middle)

    await client.delete(f"/v1/companies/{middle}")

    assert [each["id"] for each in (await hierarchy(client, top))["data"]] == [top]
    assert [each["id"] for each in (await hierarchy(client, bottom))["data"]] == [bottom]
    assert (await client.get(f"/v1/companies/{middle}/hierarchy")).status_code == 410
    assert (await client.get(f"/v1/companies/{new_id()}/hierarchy")).status_code == 404


async def test_a_tree_that_is_too_high_says_that_it_is_not_complete(client: AsyncClient) -> None:
    chain = [await company(client, "0")]
    for number in range(1, 23):
        chain.append(await company(client, str(number), chain[-1]))

    from_top, from_bottom = await hierarchy(client, chain[0]), await hierarchy(client, chain[-1])

    assert (len(from_top["data"]), from_top["is_complete"]) == (21, False)
    assert from_bottom["data"][-1]["id"] == chain[-1]


async def test_of_two_halves_of_a_circle_made_at_once_one_is_refused(client: AsyncClient) -> None:
    for _ in range(5):
        a, b = await company(client, "A"), await company(client, "B")

        answers = await asyncio.gather(
            client.patch(f"/v1/companies/{a}", json={"parent_id": b}),
            client.patch(f"/v1/companies/{b}", json={"parent_id": a}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 422]
        assert {answer.json().get("code") for answer in answers} == {None, "circular_hierarchy"}
        assert len((await hierarchy(client, a))["data"]) == 2
