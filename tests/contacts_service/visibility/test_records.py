"""Whoever sees only his own or his team's customers is shown nothing else, whatever he asks."""

from tests.contacts_service.visibility.office import Office, customer, names


async def test_what_somebody_makes_who_sees_only_his_own_is_his(office: Office) -> None:
    contact = await customer(office.ploy, "สมชาย ใจดี")

    company = (await office.ploy.post("/v1/companies", json={"name": "Siam Trade"})).json()

    assert contact["owner_id"] == company["owner_id"] == office.ids["ploy"]
    assert (await office.ploy.get(f"/v1/contacts/{contact['id']}")).status_code == 200
    assert (await office.ploy.get(f"/v1/companies/{company['id']}")).status_code == 200


async def test_lists_searches_and_totals_hold_own_customers_only(office: Office) -> None:
    await customer(office.ploy, "สมชาย ใจดี")
    await customer(office.james, "สมชาย รักดี")
    await customer(office.boss, "สมชาย ไม่มีเจ้าของ")
    asked = {"filter": {"field": "full_name", "op": "contains", "value": "สมชาย"}, "include_total": True}

    tree = (await office.ploy.post("/v1/contacts/search", json=asked)).json()

    assert await names(office.ploy) == await names(office.ploy, q="สมชาย") == ["สมชาย ใจดี"]
    assert [each["full_name"] for each in tree["data"]] == ["สมชาย ใจดี"]
    assert tree["total"] == {"value": 1, "relation": "eq"}
    assert len(await names(office.boss)) == 3


async def test_a_team_sees_its_members_customers_and_learns_of_new_members_at_once(office: Office) -> None:
    await customer(office.ploy, "Ploy's")
    await customer(office.james, "James's")
    before = await names(office.mali)
    team = (await office.boss.get("/v1/teams")).json()["data"][0]

    await office.boss.post(f"/v1/teams/{team['id']}/members", json={"user_id": office.ids["ploy"]})

    assert before == ["James's"]
    assert await names(office.mali) == await names(office.mali, q="s") == ["James's", "Ploy's"]
    assert await names(office.james) == ["James's"]


async def test_whoever_leaves_a_team_sees_it_no_more(office: Office) -> None:
    await customer(office.james, "James's")
    team = (await office.boss.get("/v1/teams")).json()["data"][0]

    await office.boss.delete(f"/v1/teams/{team['id']}/members/{office.ids['mali']}")

    assert await names(office.mali) == []


async def test_anothers_customer_can_neither_be_read_nor_changed(office: Office) -> None:
    foreign = await customer(office.james, "James's", external_ids=[{"system": "line", "id": "j-1"}])
    path, named = f"/v1/contacts/{foreign['id']}", "/v1/contacts/by-external-id/line/j-1"

    answers = [
        await office.ploy.get(path),
        await office.ploy.get(named),
        await office.ploy.get(f"{path}/owners"),
        await office.ploy.patch(path, json={"nickname": "J"}),
        await office.ploy.delete(path),
        await office.ploy.post(f"{path}/restore"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert not any(foreign["full_name"] in answer.text for answer in answers)
    assert (await office.boss.get(path)).json() == foreign


async def test_upserts_of_anothers_customer_are_refused_without_showing_it(office: Office) -> None:
    foreign = await customer(office.james, "James's", external_ids=[{"system": "line", "id": "j-1"}])
    row = {"external_id": {"system": "line", "id": "j-1"}, "full_name": "Mine"}
    item = {"op": "update", "external_id": row["external_id"], "data": {"full_name": "Mine"}}

    put = await office.ploy.put("/v1/contacts/by-external-id/line/j-1", json={"full_name": "Mine"})
    bulk = await office.ploy.post("/v1/contacts/upsert", json={"rows": [row]})
    batch = await office.ploy.post("/v1/contacts/batch", json={"items": [item]})

    assert (put.status_code, put.json()["code"]) == (409, "external_id_taken")
    assert [each["status"] for each in bulk.json()["data"]] == [409]
    assert [each["status"] for each in batch.json()["data"]] == [404]
    assert foreign["id"] not in put.text + bulk.text + batch.text
    assert (await office.boss.get(f"/v1/contacts/{foreign['id']}")).json() == foreign


async def test_companies_and_expansions_are_seen_by_their_owner(office: Office) -> None:
    foreign = (await office.james.post("/v1/companies", json={"name": "James Ltd"})).json()
    contact = await customer(office.ploy, "Ploy's", company_id=foreign["id"])

    shown = (await office.ploy.get(f"/v1/contacts/{contact['id']}", params={"expand": "company"})).json()

    assert shown["company"] is None
    assert await names(office.ploy, "/v1/companies") == []
    assert (await office.ploy.patch(f"/v1/companies/{foreign['id']}", json={"name": "X"})).status_code == 404


async def test_a_given_away_customer_is_gone_for_the_giver(office: Office) -> None:
    contact = await customer(office.ploy, "Ploy's")

    given = await office.ploy.patch(f"/v1/contacts/{contact['id']}", json={"owner_id": office.ids["james"]})

    assert given.status_code == 200
    assert (await names(office.ploy), await names(office.james)) == ([], ["Ploy's"])


async def test_own_customers_are_found_among_any_number_of_namesakes(office: Office) -> None:
    rows = [
        {"full_name": f"สมชาย {number}", "external_id": {"system": "x", "id": str(number)}} for number in range(600)
    ]
    mine = await customer(office.ploy, "สมชาย ใจดี")
    (await office.boss.post("/v1/contacts/upsert", json={"rows": rows})).raise_for_status()

    found = await office.ploy.get("/v1/contacts", params={"q": "สมชาย"})

    assert [each["id"] for each in found.json()["data"]] == [mine["id"]]


async def test_pages_of_a_search_hold_all_own_customers_once(office: Office) -> None:
    mine = {(await customer(office.ploy, f"สมชาย {number}"))["id"] for number in range(7)}
    for number in range(7):
        await customer(office.james, f"สมชาย {number}")

    pages = [(await office.ploy.get("/v1/contacts", params={"q": "สมชาย", "limit": 3})).json()]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(
            (await office.ploy.get("/v1/contacts", params={"q": "สมชาย", "limit": 3, "cursor": cursor})).json()
        )

    found = [each["id"] for page in pages for each in page["data"]]
    assert [len(page["data"]) for page in pages] == [3, 3, 1]
    assert found == sorted(mine, reverse=True)


async def test_rare_names_are_found_behind_a_thousand_own_customers(office: Office) -> None:
    mine = {(await customer(office.ploy, "Zuzana Nováková"))["id"] for _ in range(2)}
    await customer(office.james, "Zuzana Malá")
    for start in (0, 600):
        rows = [
            {"full_name": f"Person {n}", "external_id": {"system": "x", "id": str(n)}}
            for n in range(start, start + 600)
        ]
        (await office.ploy.post("/v1/contacts/upsert", json={"rows": rows})).raise_for_status()

    answers = [
        (await office.ploy.get("/v1/contacts", params={"q": words})).json() for words in ("zuzana", "zu", "nov uz")
    ]

    assert [{each["id"] for each in answer["data"]} for answer in answers] == [mine] * 3


async def test_what_comes_by_batches_and_upserts_is_its_makers(office: Office) -> None:
    row = {"external_id": {"system": "line", "id": "p-1"}, "full_name": "Upserted"}
    item = {"op": "create", "data": {"full_name": "Batched"}}

    await office.ploy.post("/v1/contacts/upsert", json={"rows": [row]})
    await office.ploy.post("/v1/contacts/batch", json={"items": [item]})
    again = await office.ploy.post("/v1/contacts/upsert", json={"rows": [{**row, "nickname": "Up"}]})

    assert await names(office.ploy) == ["Batched", "Upserted"]
    assert [each["status"] for each in again.json()["data"]] == [200]


async def test_nothing_told_about_a_customer_tells_of_anothers(office: Office) -> None:
    """His past, his changes, his card, his duplicates."""
    foreign = await customer(office.james, "James's")
    path = f"/v1/contacts/{foreign['id']}"
    await office.james.patch(path, json={"nickname": "J"})

    answers = {
        part: await office.ploy.get(f"{path}{part}")
        for part in (f"?as_of={foreign['created_at']}", "/changes", "/vcard", "/duplicates")
    }

    assert {part: answer.status_code for part, answer in answers.items()} == dict.fromkeys(answers, 404)


async def test_nobody_is_put_on_a_list_by_whom_he_is_not_shown_to(office: Office) -> None:
    mine, foreign = await customer(office.ploy, "Ploy's"), await customer(office.james, "James's")
    made = await office.ploy.post("/v1/lists", json={"name": "ลูกค้าประจำ", "visibility": "all"})
    list_id = made.json()["id"]

    answer = await office.ploy.post(f"/v1/lists/{list_id}/members", json={"add": [mine["id"], foreign["id"]]})

    assert answer.status_code == 200, answer.text
    assert await names(office.boss, f"/v1/lists/{list_id}/contacts") == ["Ploy's"]
