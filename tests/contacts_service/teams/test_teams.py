from typing import Any

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant

PLOY, JAMES = str(new_id()), str(new_id())


async def team(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/teams", json={"name": "ทีมเหนือ", **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_team_is_made_read_listed_and_renamed(client: AsyncClient) -> None:
    made = await team(client, members=[{"user_id": PLOY, "role": "lead"}, {"user_id": JAMES}])

    renamed = (await client.patch(f"/v1/teams/{made['id']}", json={"name": "North"})).json()

    read = (await client.get(f"/v1/teams/{made['id']}")).json()
    assert made["members"] == [{"user_id": PLOY, "role": "lead"}, {"user_id": JAMES, "role": "member"}]
    assert read == renamed == {**made, "name": "North", "version": 2, "updated_at": renamed["updated_at"]}
    assert (await client.get("/v1/teams", params={"member_ids[contains]": JAMES})).json()["data"] == [read]
    assert (await client.get("/v1/teams", params={"member_ids[contains]": str(new_id())})).json()["data"] == []


async def test_members_come_change_and_go(tenant: Tenant, client: AsyncClient) -> None:
    made = await team(client)
    path = f"/v1/teams/{made['id']}/members"

    await client.post(path, json={"user_id": PLOY})
    await client.post(path, json={"user_id": JAMES})
    promoted = (await client.post(path, json={"user_id": PLOY, "role": "lead"})).json()
    again = (await client.post(path, json={"user_id": PLOY, "role": "lead"})).json()
    left = (await client.delete(f"{path}/{PLOY}")).json()
    missing = await client.delete(f"{path}/{PLOY}")

    assert {each["user_id"]: each["role"] for each in promoted["members"]} == {PLOY: "lead", JAMES: "member"}
    assert again["version"] == promoted["version"]
    assert left["members"] == [{"user_id": JAMES, "role": "member"}]
    assert (missing.status_code, missing.json()["code"]) == (404, "not_a_member")
    assert await tenant.staged_types() == ["contacts.team.created.v1", *["contacts.team.updated.v1"] * 4]


async def test_a_deleted_team_is_gone(client: AsyncClient) -> None:
    made = await team(client, members=[{"user_id": PLOY}])

    deleted = await client.delete(f"/v1/teams/{made['id']}", headers={"If-Match": '"1"'})

    assert deleted.status_code == 204
    assert (await client.get(f"/v1/teams/{made['id']}")).status_code == 410
    assert (await client.patch(f"/v1/teams/{made['id']}", json={"name": "X"})).status_code == 410
    assert (await client.get("/v1/teams")).json()["data"] == []


async def test_a_stale_change_and_a_taken_id_are_refused(client: AsyncClient) -> None:
    made = await team(client, id=(chosen := str(new_id())))

    stale = await client.patch(f"/v1/teams/{made['id']}", json={"name": "X"}, headers={"If-Match": '"7"'})
    taken = await client.post("/v1/teams", json={"name": "Y", "id": chosen})

    assert stale.status_code == 412
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
