"""What the tests need to know of each collection to put the same questions to all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from shared.ids import new_id

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """`make` gives a valid body, another one each time; `change` is a merge patch of any of them; `wrong` has one value
    that is refused. `text` is a field to filter by and what `make` puts there; `by_key` is the path that upserts.
    """

    name: str
    scope: str
    make: Callable[[], Body]
    change: Body
    wrong: Body
    text: tuple[str, str]
    sort: str
    by_key: str | None = None

    @property
    def path(self) -> str:
        return f"/v1/{self.name}"

    @property
    def table(self) -> str:
        return self.name

    @property
    def service(self) -> str:
        return self.scope

    async def create(self, client: httpx.AsyncClient, **more: Any) -> Body:
        response = await client.post(self.path, json={**self.make(), **more})
        assert response.status_code == 201, response.text
        made: Body = response.json()
        return made


def _contact() -> Body:
    return {"full_name": f"สมชาย {new_id()}", "tags": ["VIP"], "job_title": "ผู้จัดการ"}


def _company() -> Body:
    return {"name": f"บริษัท ใจดี {new_id()}", "tags": ["VIP"], "industry": "ค้าปลีก"}


def _interaction() -> Body:
    return {
        "kind": "call",
        "direction": "outbound",
        "contact_id": str(new_id()),
        "subject": "สอบถามราคา",
        "tags": ["VIP"],
    }


def _order() -> Body:
    return {
        "source": "shop",
        "number": str(new_id()),
        "contact_ref": {"system": "line", "id": str(new_id())},
        "lines": [{"name": "กาแฟ", "amount": {"amount": "12.30", "currency": "THB"}}],
        "placed_at": "2026-11-01T09:30:00Z",
        "tags": ["VIP"],
    }


CONTACTS = Collection(
    name="contacts",
    scope="contacts",
    make=_contact,
    change={"job_title": "Director"},
    wrong={"birthday": "yesterday"},
    text=("job_title", "ผู้จัดการ"),
    sort="full_name",
    by_key="/v1/contacts/by-external-id/shop/{}",
)
COMPANIES = Collection(
    name="companies",
    scope="contacts",
    make=_company,
    change={"industry": "Retail"},
    wrong={"parent_id": "mother"},
    text=("industry", "ค้าปลีก"),
    sort="name",
)
INTERACTIONS = Collection(
    name="interactions",
    scope="interactions",
    make=_interaction,
    change={"subject": "Price"},
    wrong={"kind": "telepathy"},
    text=("subject", "สอบถามราคา"),
    sort="occurred_at",
    by_key="/v1/interactions/by-external-id/shop/{}",
)
ORDERS = Collection(
    name="orders",
    scope="interactions",
    make=_order,
    change={"tags": ["regular"]},
    wrong={"placed_at": "yesterday"},
    text=("source", "shop"),
    sort="total_amount",
    by_key="/v1/orders/by-number/shop/{}",
)
COLLECTIONS = [CONTACTS, COMPANIES, INTERACTIONS, ORDERS]
UPSERTING = [each for each in COLLECTIONS if each.by_key is not None]
