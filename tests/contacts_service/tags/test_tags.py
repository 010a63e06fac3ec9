from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from contacts_service.tags.consumer import consumer
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.made import contact, ids_of, shown

Work = Callable[[], Awaitable[int]]


async def tag(client: AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    response = await client.post("/v1/tags", json={"name": name, **more})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def finished(client: AsyncClient, work: Work, method: str, path: str, **arguments: Any) -> dict[str, Any]:
    """The operation that the request started, after its end."""
    started = await client.request(method, path, **arguments)
    assert started.status_code == 202, started.text
    await work()
    operation: dict[str, Any] = (await client.get(started.headers["location"])).json()
    assert operation["status"] == "succeeded", operation
    return operation


@pytest.mark.parametrize(
    ("given", "asked"), [("VIP", "vip"), ("ลูกค้า\u200bประจำ", "ลูกค้าประจำ"), ("Big  Shop", "big shop")]
)
async def test_contacts_are_found_by_any_spelling_of_their_tag(client: AsyncClient, given: str, asked: str) -> None:
    tagged = await contact(client, tags=[given])
    await contact(client, tags=["อื่น"])

    assert await ids_of(client, "/v1/contacts", **{"tags[contains]": asked}) == [tagged]


async def test_contacts_with_all_of_several_tags_are_found(client: AsyncClient) -> None:
    both = await contact(client, tags=["VIP", "ขายส่ง"])
    await contact(client, tags=["VIP"])
    neither = await contact(client, tags=["อื่น"])
    asked = [{"field": "tags", "op": "contains", "value": value} for value in ("vip", "ขายส่ง")]

    async def found(filter_: dict[str, Any]) -> list[str]:
        response = await client.post("/v1/contacts/search", json={"filter": filter_, "sort": "id"})
        return [row["id"] for row in response.json()["data"]]

    assert await found({"and": asked}) == [both]
    assert await found({"not": {"or": asked}}) == [neither]


async def test_spellings_of_one_tag_count_once(client: AsyncClient) -> None:
    tagged = await contact(client, tags=["VIP", "vip", "ประจำ", "ประจำ\u200b"])

    assert (await shown(client, tagged))["tags"] == ["VIP", "ประจำ"]


async def test_a_contact_follows_its_tags(client: AsyncClient) -> None:
    tagged = await contact(client, tags=["VIP"])

    await client.patch(f"/v1/contacts/{tagged}", json={"tags": ["ขายส่ง"]})

    assert await ids_of(client, "/v1/contacts", **{"tags[contains]": "VIP"}) == []
    assert await ids_of(client, "/v1/contacts", **{"tags[contains]": "ขายส่ง"}) == [tagged]


async def test_a_registered_tag_is_one_whatever_its_spelling(client: AsyncClient) -> None:
    await tag(client, "ลูกค้าประจำ", colour="#E91E63", label_en="Regular")

    again = await client.post("/v1/tags", json={"name": " ลูกค้าประจำ\u200b "})

    assert again.status_code == 409
    assert again.json()["code"] == "tag_exists"
    assert [row["colour"] for row in (await client.get("/v1/tags")).json()["data"]] == ["#e91e63"]


async def test_the_registry_counts_live_contacts(client: AsyncClient) -> None:
    vip = await tag(client, "VIP")
    await contact(client, tags=["vip"])
    gone = await contact(client, tags=["VIP"])

    before = (await client.get(f"/v1/tags/{vip['id']}")).json()["contacts"]
    await client.delete(f"/v1/contacts/{gone}")

    assert (before, (await client.get(f"/v1/tags/{vip['id']}")).json()["contacts"]) == (2, 1)


async def test_colour_and_labels_change_under_their_version(client: AsyncClient) -> None:
    vip = await tag(client, "VIP")

    changed = await client.patch(f"/v1/tags/{vip['id']}", json={"label_th": "วีไอพี"}, headers={"If-Match": '"1"'})
    late = await client.patch(f"/v1/tags/{vip['id']}", json={"label_th": None}, headers={"If-Match": '"1"'})

    assert (changed.json()["label_th"], changed.json()["version"]) == ("วีไอพี", 2)
    assert late.status_code == 412


async def test_a_rename_reaches_every_contact_and_tells_of_each(
    client: AsyncClient, tenant: Tenant, work: Work
) -> None:
    vip = await tag(client, "VIP")
    first, second = await contact(client, tags=["VIP", "ขายส่ง"]), await contact(client, tags=["vip"])

    done = await finished(client, work, "POST", f"/v1/tags/{vip['id']}/rename", json={"name": "คนสำคัญ"})

    assert done["result"] == {"contacts": 2}
    assert [(await shown(client, each))["tags"] for each in (first, second)] == [["คนสำคัญ", "ขายส่ง"], ["คนสำคัญ"]]
    assert (await tenant.staged_types()).count("contacts.contact.updated.v1") == 2
    assert [row["name"] for row in (await client.get("/v1/tags")).json()["data"]] == ["คนสำคัญ"]


async def test_a_rename_to_another_tags_name_asks_for_a_merge(client: AsyncClient) -> None:
    vip, _ = await tag(client, "VIP"), await tag(client, "Gold")

    response = await client.post(f"/v1/tags/{vip['id']}/rename", json={"name": "gold"})

    assert response.status_code == 409
    assert response.json()["code"] == "tag_exists"


async def test_merged_tags_become_one_at_contacts_that_had_both(client: AsyncClient, work: Work) -> None:
    vip, gold = await tag(client, "VIP"), await tag(client, "Gold")
    both = await contact(client, tags=["VIP", "x", "Gold"])

    await finished(client, work, "POST", f"/v1/tags/{gold['id']}/merge", json={"tag_id": vip["id"]})

    assert (await shown(client, both))["tags"] == ["Gold", "x"]
    assert (await client.get(f"/v1/tags/{vip['id']}")).status_code == 404


async def test_a_deleted_tag_leaves_all_contacts(client: AsyncClient, work: Work) -> None:
    vip = await tag(client, "VIP")
    tagged = await contact(client, tags=["vip", "x"])

    await finished(client, work, "DELETE", f"/v1/tags/{vip['id']}")

    assert (await shown(client, tagged))["tags"] == ["x"]
    assert await ids_of(client, "/v1/tags") == []


async def test_a_contact_gets_and_loses_one_tag(client: AsyncClient) -> None:
    tagged = await contact(client, tags=["VIP"])

    added = await client.put(f"/v1/contacts/{tagged}/tags/ลูกค้าประจำ")
    same = await client.put(f"/v1/contacts/{tagged}/tags/vip")
    removed = await client.delete(f"/v1/contacts/{tagged}/tags/vip")

    assert added.json()["tags"] == ["VIP", "ลูกค้าประจำ"]
    assert same.json()["version"] == added.json()["version"]
    assert removed.json()["tags"] == ["ลูกค้าประจำ"]


async def test_many_contacts_are_tagged_at_once(client: AsyncClient) -> None:
    full = await contact(client, tags=[f"t{number}" for number in range(50)])
    has_it, has_not = await contact(client, tags=["vip"]), await contact(client, tags=["เก่า"])
    unknown = "01890000-0000-7000-8000-000000000000"

    response = await client.post(
        "/v1/contacts/tags",
        json={"contact_ids": [full, has_it, has_not, unknown], "add": ["VIP"], "remove": ["เก่า"]},
    )

    result = response.json()
    assert (result["changed"], result["unchanged"], result["unknown"]) == (1, 1, [unknown])
    assert [(each["contact_id"], each["code"]) for each in result["refused"]] == [(full, "too_many_tags")]
    assert (await shown(client, has_not))["tags"] == ["VIP"]


async def test_tags_of_contacts_are_registered_by_themselves(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    tagged = UUID(await contact(client, tags=["ประจำ", "VIP"]))
    told = {"contact_id": tagged, "tags": ["ประจำ", "VIP", "had once"]}

    for version in (1, 2):
        created = fact(tenant.context, "contacts.contact.created.v1", tagged, version, **told)
        await dispatch(consumer, service.database, created)

    assert [row["name"] for row in (await client.get("/v1/tags")).json()["data"]] == ["VIP", "ประจำ"]
