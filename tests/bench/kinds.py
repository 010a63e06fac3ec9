"""The requests that are measured. They are the same in every run, in every round and on every target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any
from urllib.parse import quote

import orjson

from deploy.local.demo.people import OCCUPATIONS, PROVINCES
from tests.bench.load import UNIQUE
from tests.bench.people import TAGS, person, queries

PATH = "/v1/contacts"
MARK = UNIQUE.decode()
AT_ONCE, UPSERTED = 200, 1_000
UPSERT_BODIES = 16
"""Each with contacts of its own that exist already: as many requests at once never wait for each other's rows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request. Slow ones need longer loads, `stretch` times the plan's. `rows` are written by each."""

    name: str
    what: str
    method: str
    paths: Sequence[str]
    bodies: Sequence[str] = ()
    stretch: float = 1
    rows: int = 1
    connections: int | None = None


def reads(ids: Sequence[str]) -> list[Kind]:
    random = Random(1)
    return [
        Kind("get_one", "GET one", "GET", [f"{PATH}/{each}" for each in random.choices(ids, k=500)]),
        Kind("list_50", "GET list of 50", "GET", [PATH]),
        Kind("filtered_50", "GET list of 50, two filters, two sorts", "GET", _filtered(random)),
        *(
            Kind(f"search_{name}", f"GET search, {WRITTEN[name]}", "GET", [f"{PATH}?q={quote(each)}" for each in words])
            for name, words in queries(1, 200).items()
        ),
    ]


WRITTEN = {"thai": "2 or 3 Thai letters", "english": "3 English letters", "phone": "5 to 8 digits of a phone number"}


def writes(ids: Sequence[str]) -> list[Kind]:
    random = Random(2)
    many = {"items": [{"op": "create", "data": person(number, f"{MARK}-{number}")} for number in range(AT_ONCE)]}
    return [
        Kind("post_one", "POST one", "POST", [PATH], [_json(person(number, MARK)) for number in range(100)]),
        Kind(
            "patch_one", "PATCH one", "PATCH", [f"{PATH}/{each}" for each in random.sample(ids, 500)], _patches(random)
        ),
        Kind("batch_200", "POST batch of 200", "POST", [f"{PATH}/batch"], [_json(many)], stretch=2, rows=AT_ONCE),
        Kind(
            "upsert_1000",
            "POST upsert of 1,000, half of them new",
            "POST",
            [f"{PATH}/upsert"],
            [_json({"rows": list(_upserted(number))}) for number in range(UPSERT_BODIES)],
            stretch=3,
            rows=UPSERTED,
            connections=4,
        ),
    ]


def _filtered(random: Random) -> list[str]:
    """Each province with each class in the order of names, and with each tag, the newest first."""
    of_class = [
        f"{PATH}?home_province={quote(province)}&customer_class={name}&sort=full_name"
        for province, name in product(PROVINCES, ("consumer", "retail", "wholesale"))
    ]
    tagged = [f"{PATH}?home_province={quote(p)}&tags[contains]={quote(tag)}" for p, tag in product(PROVINCES, TAGS)]
    return random.sample(of_class + tagged, len(of_class + tagged))


def _patches(random: Random) -> list[str]:
    """No two alike: a patch that changes nothing would write nothing."""
    return [
        _json({"occupation": f"{random.choice(OCCUPATIONS)} {MARK}", "tags": random.sample(TAGS, 2)})
        for _ in range(100)
    ]


def _upserted(block: int) -> Iterable[dict[str, Any]]:
    """By turns a contact that exists after the first time and gets another occupation, and a new one."""
    for number in range(UPSERTED):
        mark = f"{MARK}-{number}" if number % 2 else f"upsert-{block}-{number}"
        contact = person(block * UPSERTED + number, mark)
        yield {"external_id": {"system": "bench", "id": mark}, "occupation": MARK, **contact}


def _json(body: object) -> str:
    return orjson.dumps(body).decode()
