"""/v1/quality, /v1/quality-rules, and the quality of a contact"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from contacts_service.quality import queries, service
from contacts_service.quality.kinds import WEIGHTS, Kind
from contacts_service.quality.schemas import (
    ContactQualityRead,
    ContactsToFix,
    QualityRulesRead,
    QualityRulesWrite,
    QualitySummary,
)
from shared.operations import accepted
from shared.operations.schemas import OperationRead
from shared.web import APIRouter, CursorsDep, IfMatch, IfNoneMatch, ReaderDep, SessionDep, listed, record, requires
from shared.web.headers import header
from shared.web.lists import ListParams, list_params, list_request
from shared.web.problems import language_of
from shared.web.responses import json_response

router = APIRouter(tags=["quality"])
READ = [requires("contacts:read")]
MANAGE = [requires("contacts:manage")]


class IssuesParams(ListParams):
    kind: Annotated[Kind | None, Field(description="Only contacts with this kind of issue.")] = None


if TYPE_CHECKING:
    IssueFilters = IssuesParams
else:
    IssueFilters = list_params("IssueFilters", queries.COLLECTION, IssuesParams)


@router.get("/v1/quality-rules", response_model=QualityRulesRead, dependencies=READ)
async def get_quality_rules(reader: ReaderDep, if_none_match: IfNoneMatch = None) -> Response:
    """Get the rules of quality. What each kind of issue costs, and from which score a contact is good or fair."""
    rules = await queries.get_rules(reader)
    return record(QualityRulesRead.model_validate(rules).model_dump(mode="json"), if_none_match)


@router.put("/v1/quality-rules", status_code=202, response_model=OperationRead, dependencies=MANAGE)
async def set_quality_rules(session: SessionDep, body: QualityRulesWrite, if_match: IfMatch) -> Response:
    """Set the rules of quality. They count at once; the operation scores all contacts by them."""
    given = body.model_dump(mode="json")
    given["weights"] = {**WEIGHTS, **given["weights"]}
    return accepted(await service.keep_rules(session, given, if_version=if_match))


@router.get("/v1/quality/issues", response_model=ContactsToFix, dependencies=READ)
async def list_quality_issues(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[IssueFilters, Query()]
) -> Response:
    """List contacts to fix. The worst first, with what is wrong and how to cure it."""
    language = _language(request)
    asked = list_request(queries.COLLECTION, params)
    return _in(language, listed(request, await queries.list_issues(reader, cursors, asked, params.kind, language)))


@router.get("/v1/quality/summary", response_model=QualitySummary, dependencies=READ)
async def summarise_quality(request: Request, reader: ReaderDep) -> Response:
    """Count what is wrong. By kind of issue, the most frequent first, and by class."""
    language = _language(request)
    return _in(language, json_response(await queries.summarise(reader, language)))


@router.get("/v1/contacts/{contact_id}/quality", response_model=ContactQualityRead, dependencies=READ)
async def get_contact_quality(request: Request, reader: ReaderDep, contact_id: UUID) -> Response:
    """Get a contact's quality. A score of 0 to 100, and what would raise it."""
    language = _language(request)
    return _in(language, json_response(await queries.get_quality(reader, contact_id, language)))


def _language(request: Request) -> str:
    return language_of(header(request.scope, "accept-language"))


def _in(language: str, response: Response) -> Response:
    response.headers["Content-Language"] = language
    return response
