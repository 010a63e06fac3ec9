"""All contacts of a tenant looked through for duplicates, in steps that can be killed at any point."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.duplicates.candidates import load_people
from contacts_service.duplicates.judging import COUNT
from contacts_service.duplicates.service import find_anew
from contacts_service.matching.layouts import person_of_contact
from shared import operations
from shared.db.statement import Statement
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations

SCAN = "duplicate_scan"
STEP_CONTACTS = 250
NEXT = Statement("""
select id from contacts where tenant_id = :tenant_id and deleted_at is null and id > :after order by id limit :most
""")
NIL = UUID(int=0)


async def start_scan(session: AsyncSession) -> Operation:
    """For contacts that were there before duplicates were looked for, or that were found by other weights."""
    total = (await COUNT.run(session, {"tenant_id": session.info["context"].tenant_id}))[0][0]
    return await operations.start(session, SCAN, {}, total=total)


async def scan_step(session: AsyncSession, operation: Operation) -> None:
    """The next contacts by id: their keys are kept, and they meet all whose keys are kept by now."""
    after = UUID(operation.position.get("after", str(NIL)))
    given = {"tenant_id": operation.tenant_id, "after": after, "most": STEP_CONTACTS}
    ids = [row["id"] for row in await NEXT.run(session, given)]
    rows = await load_people(session, ids)
    people = {contact_id: person_of_contact(str(contact_id), row) for contact_id, row in rows.items()}
    found = operation.position.get("found", 0) + await find_anew(session, people)
    operation.done += len(ids)
    if len(ids) < STEP_CONTACTS:
        operation.total = operation.done
        return operation.succeed({"contacts": operation.done, "found": found})
    operation.position = {"after": str(ids[-1]), "found": found}


def register(jobs: Jobs) -> None:
    run_operations(jobs, {SCAN: scan_step})
