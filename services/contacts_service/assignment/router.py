"""/v1/assignment-rules and /v1/absences"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.assignment import queries, service
from contacts_service.assignment.schemas import (
    AbsenceCreate,
    AbsenceList,
    AbsenceRead,
    AssignmentRuleRead,
    RuleCreate,
    RuleList,
    RuleUpdate,
)
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import record

RULES, ABSENCES = "/v1/assignment-rules", "/v1/absences"
router = APIRouter(tags=["assignment"])
READ = [requires("contacts:read")]
ASSIGN = [requires("contacts:assign")]

if TYPE_CHECKING:
    RuleFilters = ListParams
    AbsenceFilters = ListParams
else:
    RuleFilters = list_params("AssignmentRuleFilters", queries.RULE_COLLECTION, ListParams)
    AbsenceFilters = list_params("AbsenceFilters", queries.ABSENCE_COLLECTION, ListParams)


@router.post(RULES, status_code=201, response_model=AssignmentRuleRead, dependencies=ASSIGN)
async def create_assignment_rule(session: SessionDep, body: RuleCreate) -> Response:
    """Create an assignment rule. It finds an owner for contacts that are created without one, within a second."""
    return created(await service.create_rule(session, body.model_dump()), AssignmentRuleRead, location=RULES)


@router.get(RULES, response_model=RuleList, dependencies=READ)
async def list_assignment_rules(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[RuleFilters, Query()]
) -> Response:
    """List assignment rules. By priority, as they are tried."""
    asked = list_request(queries.RULE_COLLECTION, params)
    return listed(request, await queries.RULE_COLLECTION.page(reader, cursors, asked))


@router.get(RULES + "/{rule_id}", response_model=AssignmentRuleRead, dependencies=READ)
async def get_assignment_rule(reader: ReaderDep, rule_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an assignment rule. 410 `resource_deleted`."""
    return record(await queries.get_rule(reader, rule_id), if_none_match)


@router.patch(RULES + "/{rule_id}", response_model=AssignmentRuleRead, dependencies=ASSIGN)
async def update_assignment_rule(session: SessionDep, rule_id: UUID, body: RuleUpdate, if_match: IfMatch) -> Response:
    """Change an assignment rule. Contacts that have an owner keep him."""
    return updated(await service.update_rule(session, rule_id, body.given(), if_version=if_match), AssignmentRuleRead)


@router.delete(RULES + "/{rule_id}", status_code=204, dependencies=ASSIGN)
async def delete_assignment_rule(session: SessionDep, rule_id: UUID, if_match: IfMatch) -> Response:
    """Delete an assignment rule. Contacts keep their owners."""
    await service.delete_rule(session, rule_id, if_version=if_match)
    return no_content()


@router.post(ABSENCES, status_code=201, response_model=AbsenceRead, dependencies=ASSIGN)
async def create_absence(session: SessionDep, body: AbsenceCreate) -> Response:
    """Note an absence. Meanwhile no rule gives contacts to the user."""
    return created(await service.note_absence(session, body.model_dump()), AbsenceRead, location=ABSENCES)


@router.get(ABSENCES, response_model=AbsenceList, dependencies=READ)
async def list_absences(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[AbsenceFilters, Query()]
) -> Response:
    """List absences. The last to end first; `ends_at[gt]` leaves out those of the past."""
    asked = list_request(queries.ABSENCE_COLLECTION, params)
    return listed(request, await queries.ABSENCE_COLLECTION.page(reader, cursors, asked))


@router.delete(ABSENCES + "/{absence_id}", status_code=204, dependencies=ASSIGN)
async def delete_absence(session: SessionDep, absence_id: UUID, if_match: IfMatch) -> Response:
    """Delete an absence. The user is given contacts again."""
    await service.delete_absence(session, absence_id, if_version=if_match)
    return no_content()
