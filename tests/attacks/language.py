"""A4: filters, sorts, searches, field lists and cursors out of arbitrary bytes, in the part that needs no database.

Whatever comes is refused with a problem or becomes SQL whose text depends on the question's shape alone.
"""

import gc
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from contacts_service.companies import queries as companies
from contacts_service.contacts import queries as contacts
from contacts_service.contacts.search import search_terms
from interaction_service.interactions import queries as interactions
from interaction_service.orders import queries as orders
from shared.errors import SamphanError
from shared.query import Collection, ListRequest
from shared.query.cursor import Cursors
from shared.query.filters import OPERATORS, shape_of, values_of
from shared.query.listing import _Conditions
from shared.web.lists import SearchBody, WordsParams, list_params, list_request, search_request
from tests.attacks.attack import Result

MAX_CPU_S = 0.05
TENANT = UUID(int=7)
COLLECTIONS = (contacts.COLLECTION, companies.COLLECTION, interactions.COLLECTION, orders.COLLECTION)
PARAMETERS = [list_params(f"Attacked{each.name.title()}", each, WordsParams) for each in COLLECTIONS]
CURSORS = Cursors("a secret")
WORDS: tuple[Any, ...] = (
    *("", "'", "';--", "%", "_", "\\", "\x00", "๊" * 50, "กำ", "null", "NaN", "Infinity", "1e400", "-0", "2026-02-30"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "00000000-0000-0000-0000-000000000000", "\ud800", "a" * 501),
    *(10**30, -(2**63) - 1, 1.5, True, None, [], {}, ["a"], [None], [[]]),
    *("THB", "call", "id", "tenant_id", "sync_xid", ":f0", "$1"),
)


@dataclass
class Bench:
    """Shapes seen so far, each with its SQL."""

    texts: dict[Any, str] = field(default_factory=dict)
    compiled: int = 0
    slowest_s: float = 0.0


def run(inputs: Sequence[bytes] | None, size: int, seed: int) -> Result:
    """`size` inputs made from the seed, or those given."""
    result = Result("A4", seed)
    random, bench = Random(seed), Bench()
    for number in range(size if inputs is None else len(inputs)):
        raw = made(random) if inputs is None else inputs[number]
        hole = attack(raw, bench)
        result.tried += 1
        result.expect(hole is None, f"input {number} {raw[:300]!r}: {hole}")
    result.figures = {"compiled": bench.compiled, "shapes": len(bench.texts),
                      "slowest_ms": round(bench.slowest_s * 1000, 1)}  # fmt: skip
    return result


def attack(raw: bytes, bench: Bench) -> str | None:
    """What is wrong with how one input was treated."""
    gc.disable()  # what it would look through is what this attack remembers, not what an input costs
    began_s = time.process_time()
    try:
        hole = _question(raw, bench)
    except (SamphanError, ValidationError):
        hole = None
    except Exception as error:  # whatever it is, a client would have got a 500
        hole = f"{type(error).__name__}: {error}"
    spent_s = time.process_time() - began_s
    gc.enable()
    bench.slowest_s = max(bench.slowest_s, spent_s)
    return hole or (f"{spent_s * 1000:.0f} ms of CPU" if spent_s > MAX_CPU_S else None)


def _question(raw: bytes, bench: Bench) -> str | None:
    try:
        given = json.loads(raw)
        which, way, asked = given["c"] % len(COLLECTIONS), given["w"], dict(given["q"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return _cursor(raw)
    collection = COLLECTIONS[which]
    if way:
        request = search_request(collection, SearchBody.model_validate(asked))
    else:
        request = list_request(collection, PARAMETERS[which].model_validate(asked))
    if isinstance(asked.get("q"), str):
        search_terms(TENANT, asked["q"])
    return _compiled(collection, request, bench)


def _cursor(raw: bytes) -> str | None:
    CURSORS.open(TENANT, "question", raw.decode("latin-1"))
    return "a cursor that we did not make was taken"


def _compiled(collection: Collection, request: ListRequest, bench: Bench) -> str | None:
    names, sort = collection.read_fields(request.fields), collection.read_sort(request.sort)
    shape = shape_of(request.filter) if request.filter else None
    values = [*values_of(request.filter)] if request.filter else []
    query = collection._compile(names, sort, None, _Conditions(request.filter, shape, {}))  # past its cache
    given = {f"f{index}": value for index, value in enumerate(values)}
    query.arguments({**given, "tenant_id": TENANT, "limit": request.limit})
    bench.compiled += 1
    known = bench.texts.setdefault((collection.name, names, sort, shape), query.sql)
    if known != query.sql:
        return f"another text of the same shape: {known} and {query.sql}"
    texts = (value for value in values if isinstance(value, str) and len(value) > 3)
    spoken = [value for value in texts if value in query.sql and not value.isidentifier()]  # which columns are, too
    return f"values in the text: {spoken}" if spoken else None


def made(random: Random) -> bytes:
    """A question that may be fine, odd or damaged."""
    which = random.randrange(len(COLLECTIONS))
    way = random.random() < 0.6
    asked = _asked(random, COLLECTIONS[which], tree=way)
    raw = bytearray(json.dumps({"c": which, "w": way, "q": asked}).encode())
    for _ in range(random.choice([0, 0, 0, 1, 3, 20])):
        place = random.randrange(len(raw) or 1)  # a damage may have left nothing
        raw[place : place + random.choice([0, 1, 4])] = random.randbytes(random.choice([0, 1, 2]))
    return bytes(raw) if random.random() < 0.95 else random.randbytes(random.randrange(1, 300))


def _asked(random: Random, collection: Collection, *, tree: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if tree and random.random() < 0.95:
        asked["filter"] = _tree(random, collection, random.randrange(7))
    if not tree:
        for _ in range(random.randrange(5)):
            name, operator, value = _comparison(random, collection)
            asked[f"{name}[{operator}]"] = value if isinstance(value, str) else json.dumps(value)
    for name, make in {"sort": _sort, "fields": _fields}.items():
        if random.random() < 0.3:
            asked[name] = make(random, collection)
    if random.random() < 0.2:
        asked["q"] = random.choice(WORDS)
    return asked


def _tree(random: Random, collection: Collection, depth: int) -> Any:
    kind = random.choice(["and", "or", "not", "leaf", "leaf"]) if depth else "leaf"
    if kind == "leaf":
        name, operator, value = _comparison(random, collection)
        return {"field": name, "op": operator, "value": value}
    if kind == "not":
        return {"not": _tree(random, collection, depth - 1)}
    return {kind: [_tree(random, collection, depth - 1) for _ in range(random.choice([0, 1, 2, 3]))]}


def _comparison(random: Random, collection: Collection) -> tuple[str, str, Any]:
    chosen = random.choice([*collection.fields.values()])
    operators = OPERATORS[chosen.kind] if random.random() < 0.9 else ("gt", "or", "like", "contains", "")
    operator = random.choice(operators)
    value = random.choice(WORDS) if random.random() < 0.5 else _fitting(random, chosen.kind.value, operator)
    return (chosen.name if random.random() < 0.97 else random.choice(["tenant_id", "x", ""])), operator, value


def _fitting(random: Random, kind: str, operator: str) -> Any:
    if operator == "is_null":
        return True
    day = f"20{random.randrange(10, 99)}-0{random.randrange(1, 9)}-1{random.randrange(9)}"
    value: Any = {
        "uuid": str(UUID(int=random.getrandbits(128))), "integer": random.getrandbits(62), "boolean": True, "day": day,
        "number": str(random.random()), "instant": f"{day}T00:00:00Z",
    }.get(kind, f"text{random.getrandbits(40)}")  # fmt: skip
    return [value] * random.choice([1, 2, 200]) if operator in ("in", "nin") else value


def _sort(random: Random, collection: Collection) -> str:
    names = [each.name for each in collection.fields.values() if each.sortable] + ["x", "", "-"]
    return ",".join(random.choice(["", "-", "--"]) + random.choice(names) for _ in range(random.randrange(7)))


def _fields(random: Random, collection: Collection) -> str:
    return ",".join(random.choice([*collection.fields, "tenant_id", ""]) for _ in range(random.randrange(9)))
