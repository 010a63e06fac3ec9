"""Everyone whom a filter finds comes to a list or leaves it: a thousand a step."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.queries import COLLECTION, CONTACTS, LIVE
from contacts_service.database import sight
from contacts_service.lists.members import change_members
from contacts_service.lists.models import ListDeleted, ListNotFound
from contacts_service.lists.schemas import MembersSearch
from contacts_service.lists.service import CHANGE_MEMBERS, get_seen
from shared.db.sight import seen_condition
from shared.messaging.jobs import Jobs
from shared.operations import Operation, run_operations
from shared.query.conditions import condition
from shared.query.filters import Node, values_of
from shared.web.lists import SearchBody, search_request

CHUNK = 1_000
NIL = str(UUID(int=0))


def register(jobs: Jobs) -> None:
    run_operations(jobs, {CHANGE_MEMBERS: take_step}, sight=sight())


async def take_step(session: AsyncSession, operation: Operation) -> None:
    list_id = UUID(operation.input["list_id"])
    try:
        await get_seen(session, list_id)
    except (ListNotFound, ListDeleted) as error:
        return operation.fail(error.code, error.detail)
    search = MembersSearch.model_validate(operation.input["search"])
    tree = search_request(COLLECTION, SearchBody(filter=search.filter)).filter
    assert tree is not None
    ids = await _found(session, tree, after=UUID(operation.position.get("after", NIL)))
    changed = await change_members(session, list_id, **{search.action: ids})
    count = operation.position.get("changed", 0) + len(changed.added) + len(changed.removed)
    operation.done += len(ids)
    if len(ids) == CHUNK:
        operation.position = {"after": str(ids[-1]), "changed": count}
    else:
        operation.succeed({"list_id": str(list_id), "found": operation.done, "changed": count})


async def _found(session: AsyncSession, tree: Node, *, after: UUID) -> list[UUID]:
    query = (
        select(CONTACTS.c.id)
        .where(CONTACTS.c.tenant_id == bindparam("tenant_id"), LIVE, CONTACTS.c.id > bindparam("after"))
        .where(condition(tree, iter(f"f{index}" for index in range(len(list(values_of(tree)))))))
        .order_by(CONTACTS.c.id)
        .limit(CHUNK)
    )
    seen = seen_condition(session, "contacts")
    query = query if seen is None else query.where(seen)
    values = {f"f{index}": value for index, value in enumerate(values_of(tree))}
    tenant_id = session.info["context"].tenant_id
    return list(await session.scalars(query, {"tenant_id": tenant_id, "after": after, **values}))
