"""A2, the moves. Each tells what the API must answer, by what the business has; what may be seen the oracle checks."""

from collections.abc import Awaitable, Callable

from shared.ids import new_id
from tests.attacks.business import KINDS, Move, Record, fresh_id
from tests.attacks.played import SHARED, Json, Played, contacts_in, keep, new_body, pick, without_keys, writes, written

Step = Callable[[Move], Awaitable[Played | None]]
PAGE = 5
PLACES = {
    "/v1/audiences/summary": "read",
    "/v1/analytics/trends": "read",
    "/v1/me": "read",
    "/v1/tenant": "read",
    "/v1/users": "users:read",
    "/v1/api-keys": "api_keys:read",
    "/v1/imports": "contacts:import",
}


async def create(move: Move) -> Played | None:
    kind = move.random.choice(KINDS)
    body, keys, named = new_body(move, kind)
    chosen = fresh_id(move, kind)
    taken = any(move.mine.has(kind, key) for key in keys) or chosen in move.mine.records
    answer = await move.client.post(f"/v1/{kind}", json={**body, **({"id": chosen} if chosen else {})})
    expected = {409} if taken else {201}
    played = Played(answer, expected if writes(move, kind) else {403}, *named, chosen or "")
    if played.ok:
        keep(move.mine, kind, answer.json(), keys)
    return played


async def refer(move: Move) -> Played | None:
    """To a company of another business, which is none here."""
    foreign = move.foreign("companies")
    if foreign is None:
        return None
    kind, field = move.random.choice([("contacts", "company_id"), ("companies", "parent_id")])
    body, _, _ = new_body(move, kind)
    answer = await move.client.post(f"/v1/{kind}", json={**without_keys(body), field: foreign.id})
    return Played(answer, {422} if writes(move, kind) else {403}, foreign.id)


async def read(move: Move) -> Played | None:
    kind = move.random.choice(KINDS)
    record, found = pick(move, kind)
    if record is None:
        return None
    played = Played(await move.client.get(f"/v1/{kind}/{record.id}"), {410 if record.deleted else 200}, record.id)
    if not found:
        played.expected = {404}
    if played.ok:
        played.expect(played.answer.json()["version"] == record.version, f"not version {record.version}")
    return played


async def change(move: Move) -> Played | None:
    kind = move.random.choice(KINDS)
    record, found = pick(move, kind)
    if record is None:
        return None
    body = {"tags": [move.mine.marker, new_id().hex]}
    answer = await move.client.patch(f"/v1/{kind}/{record.id}", json=body)
    played = written(move, kind, record, found, answer, 200)
    if played.ok:
        record.version += 1
        played.expect(answer.json()["version"] == record.version, f"not version {record.version}")
    return played


async def delete(move: Move) -> Played | None:
    kind = move.random.choice(KINDS)
    record, found = pick(move, kind)
    if record is None:
        return None
    played = written(move, kind, record, found, await move.client.delete(f"/v1/{kind}/{record.id}"), 204)
    if played.ok:
        record.deleted = True
        record.version += 1
    return played


async def restore(move: Move) -> Played | None:
    kind = move.random.choice(KINDS)
    record, found = pick(move, kind)
    if record is None:
        return None
    answer = await move.client.post(f"/v1/{kind}/{record.id}/restore")
    clash = record.deleted and any(move.mine.has(kind, key) for key in record.keys)
    played = Played(answer, {409} if clash else {200}, record.id)
    if not writes(move, kind):
        played.expected = {403}
    elif not found:
        played.expected = {404}
    if played.ok:
        record.deleted = False
        record.version = answer.json()["version"]
    return played


async def upsert(move: Move) -> Played | None:
    """By a name that all businesses use: each has a record of its own by it."""
    kind, path = move.random.choice([("contacts", "by-external-id/shop"), ("interactions", "by-external-id/shop"),
                                     ("orders", "by-number/shop")])  # fmt: skip
    number = str(move.random.randrange(SHARED))
    key, before = f"name {number}", move.mine.has(kind, f"name {number}")
    body = without_keys(new_body(move, kind)[0])
    answer = await move.client.put(f"/v1/{kind}/{path}/{number}", json=body)
    played = Played(answer, {200 if before else 201} if writes(move, kind) else {403}, *contacts_in(body))
    if played.ok and before is not None:
        played.expect(answer.json()["id"] == before.id, "another record")
        before.version = answer.json()["version"]
    elif played.ok:
        keep(move.mine, kind, answer.json(), frozenset({key}))
    return played


async def read_by_name(move: Move) -> Played | None:
    kind, path = move.random.choice([("contacts", "by-external-id/shop"), ("interactions", "by-external-id/shop"),
                                     ("orders", "by-number/shop")])  # fmt: skip
    number = str(move.random.randrange(SHARED))
    record = move.mine.has(kind, f"name {number}")
    played = Played(await move.client.get(f"/v1/{kind}/{path}/{number}"), {200} if record else {404, 410})
    if played.ok and record is not None:
        played.expect(played.answer.json()["id"] == record.id, "another record")
    return played


async def batch(move: Move) -> Played | None:
    """Creates and, in the same breath, changes and deletions of others' records."""
    kind = move.random.choice(["contacts", "interactions", "orders"])
    created = [without_keys(new_body(move, kind)[0]) for _ in range(3)]
    if kind == "orders":
        created = [{**body, "source": "batch", "number": new_id().hex} for body in created]
    foreign = move.foreign(kind)
    attacks = [] if foreign is None else [
        {"op": "update", "id": foreign.id, "data": {"tags": ["mine"]}}, {"op": "delete", "id": foreign.id}]  # fmt: skip
    items = [*({"op": "create", "data": body} for body in created), *attacks]
    answer = await move.client.post(f"/v1/{kind}/batch", json={"items": items})
    named = [each for body in created for each in contacts_in(body)] + [foreign.id if foreign else ""]
    expected = {207 if attacks else 200}
    played = Played(answer, expected if writes(move, kind) else {403}, *named)
    if played.ok:
        results = answer.json()["data"]
        statuses = [each["status"] for each in results]
        played.expect(statuses == [201] * 3 + [404] * len(attacks), f"statuses {statuses}")
        for each in results[:3]:
            move.mine.records[each["id"]] = Record(kind, each["id"], each["version"])
    return played


async def list_all(move: Move) -> Played | None:
    """Exactly one's own, counted and page by page."""
    kind = move.random.choice(KINDS)
    expected = {each.id for each in move.mine.live(kind)}
    seen: list[str] = []
    parameters: dict[str, str | int] = {
        "limit": move.random.choice([PAGE, 200]),
        "include_total": "true",
        "sort": "created_at",
    }
    played = Played(await move.client.get(f"/v1/{kind}", params=parameters), {200})
    played.expect(played.answer.json().get("total", {}).get("value") == len(expected), "another total")
    while played.ok:
        page = played.answer.json()
        seen += [each["id"] for each in page["data"]]
        if page["next_cursor"] is None or len(seen) > 3 * PAGE:
            break
        move.mine.cursors = [*move.mine.cursors[-20:], (kind, page["next_cursor"])]
        next_page = {**parameters, "cursor": page["next_cursor"]}
        played.answer = await move.client.get(f"/v1/{kind}", params=next_page)
    complete = len(seen) <= 3 * PAGE
    played.expect(len(seen) == len({*seen}) and {*seen} <= expected, "records that are not there")
    played.expect({*seen} == expected or not complete, "records are missing")
    return played


async def search(move: Move) -> Played | None:
    """For what others have: their marks, their ids, the names that all use."""
    kind = move.random.choice(KINDS)
    other = move.random.choice(move.others)
    foreign = move.foreign(kind)
    questions: list[Json] = [
        {"filter": {"field": "tags", "op": "contains", "value": other.marker}},
        {"filter": {"field": "id", "op": "in", "value": [foreign.id if foreign else str(new_id())]}},
        {"filter": {"not": {"field": "id", "op": "eq", "value": str(new_id())}}, "limit": 200},
    ]
    if kind == "contacts":
        questions.append({"q": f"คุณ {other.marker}"})
    question = move.random.choice(questions)
    answer = await move.client.post(f"/v1/{kind}/search", json={**question, "include_total": True})
    played = Played(answer, {200}, foreign.id if foreign else "")
    wide = "not" in question.get("filter", {})
    expected = len(move.mine.live(kind)) if wide else 0
    played.expect(answer.json().get("total", {}).get("value") == expected, f"another total than {expected}")
    return played


async def steal_cursor(move: Move) -> Played | None:
    cursors = [each for other in move.others for each in other.cursors]
    if not cursors:
        return None
    kind, cursor = move.random.choice(cursors)
    parameters: dict[str, str | int] = {"limit": PAGE, "include_total": "true", "sort": "created_at", "cursor": cursor}
    return Played(await move.client.get(f"/v1/{kind}", params=parameters), {400})


async def view(move: Move) -> Played | None:
    """What other services know of a contact, one's own or another's."""
    record, found = pick(move, "contacts")
    if record is None:
        return None
    name = move.random.choice(["timeline", "last-contact", "metrics", "overview"])
    answer = await move.client.get(f"/v1/contacts/{record.id}/{name}")
    if found:
        return Played(answer, {200, 404, 410}, record.id)  # projections lag
    named = record.id in move.mine.named and name != "overview"  # they have of it what this business wrote itself
    return Played(answer, {200, 404} if named else {404}, record.id)


async def look_around(move: Move) -> Played | None:
    """At what has no id in its path."""
    path, action = move.random.choice(sorted(PLACES.items()))
    answer = await move.client.get(path)
    may = move.role in ("admin", "manager") if action == "contacts:import" else move.may(action)
    return Played(answer, {200} if may else {403})


async def meddle(move: Move) -> Played | None:
    """With the accounts and keys of another business."""
    other = move.random.choice(move.others)
    user, key = move.random.choice(sorted(other.users)), move.random.choice(sorted(other.api_keys))
    method, path, body, action = move.random.choice([
        ("GET", f"/v1/users/{user}", None, "users:read"),
        ("PATCH", f"/v1/users/{user}", {"disabled": True}, "users:write"),
        ("DELETE", f"/v1/users/{user}", None, "users:write"),
        ("GET", f"/v1/api-keys/{key}", None, "api_keys:read"),
        ("DELETE", f"/v1/api-keys/{key}", None, "api_keys:write"),
    ])  # fmt: skip
    answer = await move.client.request(method, path, json=body)
    return Played(answer, {404} if move.may(action) else {403}, user, key)


async def make_key(move: Move) -> Played | None:
    answer = await move.client.post("/v1/api-keys", json={"name": new_id().hex, "scopes": ["contacts:read"]})
    played = Played(answer, {201} if move.may("api_keys:write") else {403})
    if played.ok:
        move.mine.api_keys |= {answer.json()["id"], answer.json()["integration_id"]}
    return played


STEPS: dict[Step, int] = {
    create: 20, read: 14, change: 10, delete: 6, restore: 4, upsert: 10, read_by_name: 6, batch: 4, list_all: 8,
    search: 10, steal_cursor: 3, view: 10, look_around: 6, meddle: 6, make_key: 1, refer: 4,
}  # fmt: skip
