"""/v1/lifecycle-stages, and the stages of contacts"""

from uuid import UUID

from fastapi import Response

from contacts_service.contacts.many_schemas import ManyChanged
from contacts_service.contacts.schemas import ContactRead
from contacts_service.lifecycle import queries, service
from contacts_service.lifecycle.schemas import (
    ContactLifecycle,
    LifecycleRead,
    LifecycleSummary,
    LifecycleWrite,
    ManyMoves,
    MoveWrite,
)
from contacts_service.stages.machine import Lifecycle
from contacts_service.stages.service import keep_lifecycle
from shared.operations import accepted
from shared.operations.schemas import OperationRead
from shared.web import APIRouter, IfMatch, IfNoneMatch, ReaderDep, SessionDep, record, requires, updated
from shared.web.responses import json_response

LOCATION = "/v1/lifecycle-stages"
router = APIRouter(tags=["lifecycle"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
MANAGE = [requires("contacts:manage")]


@router.get(LOCATION, response_model=LifecycleRead, dependencies=READ)
async def get_lifecycle_stages(reader: ReaderDep, if_none_match: IfNoneMatch = None) -> Response:
    """Get the lifecycle's stages. In their order, with the rules that move contacts by themselves."""
    return record(_shown(await queries.get_lifecycle(reader)), if_none_match)


@router.put(LOCATION, response_model=LifecycleRead, dependencies=MANAGE)
async def set_lifecycle_stages(session: SessionDep, body: LifecycleWrite, if_match: IfMatch) -> Response:
    """Set the lifecycle's stages and rules. Contacts keep their stages; `apply-rules` brings rules to past orders."""
    given = body.model_dump(mode="json")
    return record(_shown(await keep_lifecycle(session, given["stages"], given["rules"], if_version=if_match)))


@router.get(LOCATION + "/summary", response_model=LifecycleSummary, dependencies=READ)
async def summarise_lifecycle(reader: ReaderDep) -> Response:
    """Count contacts by stage. The funnel: how many are in each stage, and how many came at least so far."""
    return json_response(await queries.summarise(reader))


@router.post(LOCATION + "/apply-rules", status_code=202, response_model=OperationRead, dependencies=MANAGE)
async def apply_lifecycle_rules(session: SessionDep) -> Response:
    """Apply the rules to all contacts that have orders. As an operation; they only move forward."""
    return accepted(await service.start_rules(session))


@router.post("/v1/contacts/lifecycle", response_model=ManyChanged, dependencies=WRITE)
async def move_contacts(session: SessionDep, body: ManyMoves) -> Response:
    """Move many contacts to a stage. Up to 1000 at once; those that may not move there stay, and are named."""
    outcome = await service.move_contacts(session, body.contact_ids, body.stage, body.reason)
    return json_response(ManyChanged.model_validate(outcome).model_dump(mode="json"))


@router.get("/v1/contacts/{contact_id}/lifecycle", response_model=ContactLifecycle, dependencies=READ)
async def get_contact_lifecycle(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get a contact's way through the stages. How long it was in each, who moved it, where it may go."""
    return json_response(await queries.get_way(reader, contact_id))


@router.post("/v1/contacts/{contact_id}/lifecycle", response_model=ContactRead, dependencies=WRITE)
async def move_contact(session: SessionDep, contact_id: UUID, body: MoveWrite) -> Response:
    """Move a contact to a stage. 409 `lifecycle_move_refused` names the stages that are open to it."""
    return updated(await service.move_contact(session, contact_id, body.stage, body.reason), ContactRead)


def _shown(lifecycle: Lifecycle) -> dict[str, object]:
    return LifecycleRead.model_validate(lifecycle).model_dump(mode="json")
