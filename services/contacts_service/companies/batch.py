"""What a batch does with companies. They are named by id: their external ids are kept, but need not be unique."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies import service
from contacts_service.companies.bulk import create_companies, new_company
from contacts_service.companies.custom import custom_fields
from contacts_service.companies.models import CircularHierarchy, Company
from contacts_service.companies.schemas import CompanyCreate, CompanyUpdate
from shared.errors import FieldError
from shared.web.batches import BatchItem, Outcome, missing, prepare, store_together


async def create_all(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    tenant_id = session.info["context"].tenant_id
    custom = await custom_fields(session, [outcome.item.data or {} for outcome in outcomes])

    def make(item: BatchItem) -> Company:
        given = custom.to_new(CompanyCreate.model_validate(item.data or {}).given())
        return new_company(tenant_id, {**given, **({"id": item.id} if item.id else {})})

    prepare(outcomes, make)
    _refuse_circles(outcomes)
    await store_together(session, outcomes, create_companies, service.PROBLEMS)


async def change_one(session: AsyncSession, outcome: Outcome) -> None:
    item = outcome.item
    if item.op == "upsert" or item.id is None:
        raise missing("id", "Companies are created, updated and deleted by id; their external ids are not unique.")
    if item.op == "delete":
        await service.delete_company(session, item.id, if_version=item.if_version)
        outcome.status = 204
        return
    given = CompanyUpdate.model_validate(item.data or {}).given()
    outcome.record = await service.update_company(session, item.id, given, if_version=item.if_version)


def _refuse_circles(outcomes: Sequence[Outcome]) -> None:
    """Only new companies can belong to new ones, so a circle lies among them."""
    parents = {each.record.id: each.record.parent_id for each in outcomes if each.record is not None}
    for outcome in outcomes:
        if outcome.record is not None and _leads_back(outcome.record.id, parents):
            detail = "These companies belong to each other; a hierarchy cannot be circular."
            place = FieldError("circular_hierarchy", detail, pointer="/data/parent_id")
            outcome.fail(CircularHierarchy(detail, errors=[place]))


def _leads_back(company_id: UUID, parents: Mapping[UUID, UUID | None]) -> bool:
    seen: set[UUID] = set()
    above = parents[company_id]
    while above is not None and above not in seen:
        if above == company_id:
            return True
        seen.add(above)
        above = parents.get(above)
    return False
