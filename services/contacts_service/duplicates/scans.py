"""All contacts of a tenant looked through for duplicates, in steps that can be killed at any point.

First the keys of all are kept, then it is learnt from a sample what agreements are worth, then everybody is judged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.duplicates.candidates import keep_keys, load_people, meet
from contacts_service.duplicates.service import judge_anew, one_at_a_time
from contacts_service.duplicates.weighing import count_contacts, keep_weights, learnt_from
from contacts_service.matching.layouts import person_of_contact
from contacts_service.matching.people import Person
from shared import operations
from shared.db.statement import Statement
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

SCAN = "duplicate_scan"
STEP_CONTACTS = 250
SAMPLE = 2_000
NEXT = Statement("""
select id from contacts where tenant_id = :tenant_id and deleted_at is null and id > :after order by id limit :most
""")
DRAWN = Statement("""
select id from contacts where tenant_id = :tenant_id and deleted_at is null
order by hashtext(cast(id as text)) limit :most
""")
NIL = str(UUID(int=0))
Step = Callable[[AsyncSession, Operation], Awaitable[None]]


async def start_scan(session: AsyncSession) -> Operation:
    """For contacts that were there before duplicates were looked for, and to learn what agreements are worth here."""
    return await operations.start(session, SCAN, {}, total=await count_contacts(session))


async def scan_step(session: AsyncSession, operation: Operation) -> None:
    await PHASES[operation.position.get("phase", "keys")](session, operation)


async def _keep_keys(session: AsyncSession, operation: Operation) -> None:
    ids = await _next(session, operation)
    await one_at_a_time(session)
    await keep_keys(session, await _people(session, ids))
    is_last = len(ids) < STEP_CONTACTS
    operation.position = {"phase": "weights"} if is_last else {"phase": "keys", "after": str(ids[-1])}


async def _learn(session: AsyncSession, operation: Operation) -> None:
    given = {"tenant_id": operation.tenant_id, "most": SAMPLE}
    people = await _people(session, [row["id"] for row in await DRAWN.run(session, given)])
    met = await meet(session, people)
    others = await _people(session, list({each for them in met.values() for each in them} - people.keys()))
    size = await count_contacts(session)
    await keep_weights(session, await asyncio.to_thread(learnt_from, people, others, met, size))
    operation.position = {"phase": "judging"}


async def _judge(session: AsyncSession, operation: Operation) -> None:
    ids = await _next(session, operation)
    await one_at_a_time(session)
    found = operation.position.get("found", 0) + await judge_anew(session, await _people(session, ids))
    operation.done += len(ids)
    if len(ids) < STEP_CONTACTS:
        operation.total = operation.done
        return operation.succeed({"contacts": operation.done, "found": found})
    operation.position = {"phase": "judging", "after": str(ids[-1]), "found": found}


PHASES: dict[str, Step] = {"keys": _keep_keys, "weights": _learn, "judging": _judge}


async def _next(session: AsyncSession, operation: Operation) -> Sequence[UUID]:
    after = UUID(operation.position.get("after", NIL))
    given = {"tenant_id": operation.tenant_id, "after": after, "most": STEP_CONTACTS}
    return [row["id"] for row in await NEXT.run(session, given)]


async def _people(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Person]:
    rows = await load_people(session, ids)
    return {contact_id: person_of_contact(str(contact_id), row) for contact_id, row in rows.items()}


def register(jobs: Jobs) -> None:
    run_operations(jobs, {SCAN: scan_step})
