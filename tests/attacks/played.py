"""What came of a move in A2, and what moves have in common."""

from typing import Any

import httpx

from shared.ids import new_id
from tests.attacks.business import SERVICE_OF, Business, Move, Record

Json = dict[str, Any]
SHARED = 6  # e-mails, external ids and order numbers that all businesses have in common


class Played:
    """An answer, what it should have been, and the ids that the request itself named."""

    def __init__(self, answer: httpx.Response, expected: set[int], *named: str) -> None:
        self.answer = answer
        self.expected = expected
        self.named = {*named}
        self.wrong: list[str] = []

    @property
    def ok(self) -> bool:
        return self.answer.is_success and self.answer.status_code in self.expected

    def expect(self, fine: bool, what: str) -> None:
        if self.ok and not fine:
            self.wrong.append(what)


def pick(move: Move, kind: str) -> tuple[Record | None, bool]:
    """A record, and whether it is one's own."""
    foreign = move.foreign(kind) if move.random.random() < 0.4 else None
    return (foreign, False) if foreign is not None else (move.own(kind), True)


def written(move: Move, kind: str, record: Record, found: bool, answer: httpx.Response, success: int) -> Played:
    expected = 403 if not writes(move, kind) else 404 if not found else 410 if record.deleted else success
    return Played(answer, {expected}, record.id)


def writes(move: Move, kind: str) -> bool:
    return move.may(f"{SERVICE_OF[kind]}:write")


def keep(business: Business, kind: str, made: Json, keys: frozenset[str]) -> None:
    business.records[made["id"]] = Record(kind, made["id"], made["version"], keys)


def new_body(move: Move, kind: str) -> tuple[Json, frozenset[str], list[str]]:
    """A new record, what of it is unique in its business, and the ids it names. Names are those of all businesses."""
    number = move.random.randrange(SHARED) if move.random.random() < 0.5 else None
    tags = {"tags": [move.mine.marker]}
    if kind == "companies":
        return {"name": f"บริษัท {move.mine.marker}", **tags}, frozenset(), []
    if kind == "contacts":
        email = {"email": f"somchai{number}@example.com"} if number is not None else {}
        keys = frozenset({f"email {number}"}) if email else frozenset[str]()
        return {"full_name": f"คุณ {move.mine.marker}", **email, **tags}, keys, []
    contact = move.foreign("contacts") if move.random.random() < 0.3 else None
    contact = contact or move.own("contacts")
    contact_id = contact.id if contact is not None else str(new_id())
    if kind == "interactions":
        about = {"kind": "call", "direction": "inbound", "contact_id": contact_id, "subject": move.mine.marker}
        return {**about, **tags}, frozenset(), [contact_id]
    key = str(number) if number is not None else new_id().hex
    line = {"name": move.mine.marker, "amount": {"amount": "10.00", "currency": "THB"}}
    order = {"source": "shop", "number": key, "contact_id": contact_id, "lines": [line], **tags}
    return order, frozenset({f"name {key}"}), [contact_id]


def without_keys(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in ("email", "source", "number")}


def contacts_in(body: Json) -> list[str]:
    return [body["contact_id"]] if "contact_id" in body else []
