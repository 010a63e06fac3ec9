"""The questions behind an overview, asked in parallel, each with its own deadline."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from starlette.types import Scope

from gateway.forwarding.fetch import Fetched, fetch
from gateway.forwarding.upstream import Upstream
from shared.auth import Principal, TokenMinter
from shared.errors import SamphanError

PART_DEADLINE_S = 2.0
MAX_OPEN_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Question:
    service: str
    path: str
    query: str = ""


def questions(contact_id: UUID) -> dict[str, Question]:
    contact = f"/v1/contacts/{contact_id}"
    return {
        "contact": Question("contacts", contact),
        "last_contact": Question("interactions", f"{contact}/last-contact"),
        "open_items": Question(
            "interactions", "/v1/interactions", f"contact_id={contact_id}&open=true&limit={MAX_OPEN_ITEMS}"
        ),
        "metrics": Question("analytics", f"{contact}/metrics"),
    }


async def ask_all(
    scope: Scope, principal: Principal, minter: TokenMinter, upstreams: Mapping[str, Upstream], contact_id: UUID
) -> dict[str, Fetched | SamphanError]:
    asked = questions(contact_id)
    answers = await asyncio.gather(*(_ask(scope, principal, minter, upstreams, each) for each in asked.values()))
    return dict(zip(asked, answers, strict=True))


async def _ask(
    scope: Scope, principal: Principal, minter: TokenMinter, upstreams: Mapping[str, Upstream], asked: Question
) -> Fetched | SamphanError:
    authorization = b"Bearer " + minter.mint(principal, asked.service).encode()
    upstream = upstreams[asked.service]
    try:
        return await fetch(scope, upstream, asked.path, authorization, query=asked.query, deadline_s=PART_DEADLINE_S)
    except SamphanError as error:
        return error


def overview_of(answers: Mapping[str, Fetched | SamphanError]) -> bytes:
    """What came, and the names of what did not. The contact itself came."""
    parts = {name: _part(name, answer) for name, answer in answers.items()}
    incomplete = [name for name, (came, _) in parts.items() if not came]
    return orjson.dumps({name: value for name, (_, value) in parts.items()} | {"incomplete": incomplete})


def _part(name: str, answer: Fetched | SamphanError) -> tuple[bool, object]:
    """Whether it came, and what. A service that has nothing yet on a contact (404) has answered: nothing."""
    if isinstance(answer, SamphanError):
        return False, None
    if answer.status in (204, 404):
        return True, [] if name == "open_items" else None
    if answer.status != 200:
        return False, None
    if name != "open_items":
        return True, orjson.Fragment(answer.body)
    return True, orjson.loads(answer.body)["data"]
