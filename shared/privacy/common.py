"""How the tables that every service has treat a person: events on their way, events set aside, kept answers."""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.event import NAMELESS
from shared.privacy.person import Person, Rule

ERASED_ANSWER = (
    orjson.dumps(
        {
            "type": "https://samphan.dev/problems/person_erased",
            "title": "This person was erased",
            "status": 410,
            "detail": "What this request was answered with was about a person whose data were erased.",
            "code": "person_erased",
            "params": {},
            "errors": [],
            "retryable": False,
        }
    )
    .decode()
    .replace(":", r"\:")
)  # else a colon would name a parameter of `text`


def mentioned(column: str) -> str:
    return f"exists (select from unnest(cast(:words as text[])) as word where strpos({column}, word) > 0)"


ON_ITS_WAY = f"type !~ '{NAMELESS}' and {mentioned('cast(body as text)')}"
FORGET_PARKED = text(f"""
with gone as (
  delete from parked_event where tenant_id = :tenant_id and {ON_ITS_WAY} returning consumer, topic, partition, state
), counted as (
  select consumer, topic, partition, count(*) as n from gone where state = 'parked' group by 1, 2, 3
), kept as (
  update consumer_offset at set parked = at.parked - counted.n from counted
  where at.consumer = counted.consumer and at.topic = counted.topic and at.partition = counted.partition
)
select count(*) from gone
""")  # noqa: S608 - constants


async def forget_parked(session: AsyncSession, person: Person) -> int:
    return int(await session.scalar(FORGET_PARKED, person.parameters()) or 0)


BEFORE = """created_at <= (select min(erased_at) from erased_persons erased
where erased.tenant_id = :tenant_id and erased.id = any(cast(:person_ids as uuid[])))"""
"""An erasure that is repeated leaves alone what came after the first one."""
# A key stays, so that its request is not run a second time; previews of imports show persons without any id.
_MENTIONED_IN_BODY = (
    "exists (select from unnest(cast(:words as text[])) as word where position(convert_to(word, 'UTF8') in body) > 0)"
)
_KEPT_ANSWER = f"status <> 410 and (route like '%imports%' and {BEFORE} or {_MENTIONED_IN_BODY})"
_NO_ANSWER = (
    'status = 410, headers = cast(\'{"content-type": "application/problem+json"}\' as jsonb),'
    f" body = convert_to('{ERASED_ANSWER}', 'UTF8')"
)
COMMON: Sequence[Rule] = (
    Rule("outbox", ON_ITS_WAY, exported=False),
    Rule("parked_event", ON_ITS_WAY, act=forget_parked, exported=False),
    Rule("idempotency_keys", _KEPT_ANSWER, change=_NO_ANSWER, exported=False),
    Rule("privacy_parts", "person_ids && cast(:person_ids as uuid[])", exported=False),
)
COMMON_FREE: Mapping[str, str] = {
    "erased_persons": "ids of erased persons, and nothing else: so that they stay erased",
    "privacy_tasks": "ids; words are wiped when the task is done",
    "operations": "ids and counts of long work",
    "known_teams": "those who work here",
    "successors": "ids of merged contacts",
}
