"""/v1/relationship-kinds"""

from typing import Annotated

from fastapi import Path, Response

from contacts_service.relationship_kinds import queries, service
from contacts_service.relationship_kinds.schemas import (
    KindKey,
    RelationshipKindList,
    RelationshipKindPut,
    RelationshipKindRead,
    kind_read,
)
from shared.web import APIRouter, IfMatch, ReaderDep, SessionDep, no_content, requires
from shared.web.preconditions import etag
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/relationship-kinds", tags=["relationships"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
KeyPath = Annotated[KindKey, Path()]


@router.get("", response_model=RelationshipKindList, dependencies=READ)
async def list_relationship_kinds(reader: ReaderDep) -> Response:
    """List the kinds of relationships. Those that everybody has, then your own."""
    return json_response({"data": await queries.list_kinds(reader)})


@router.put("/{key}", response_model=RelationshipKindRead, dependencies=WRITE)
async def put_relationship_kind(
    session: SessionDep, key: KeyPath, body: RelationshipKindPut, if_match: IfMatch
) -> Response:
    """Create or change a kind of relationships of your own. 409 `relationship_kind_taken` if another one has the key.

    What it joins and its inverse key change only while there is no such relationship: 409 `relationship_kind_in_use`.
    """
    kind = await service.put_kind(session, key, body.values(key), if_version=if_match)
    shown = kind_read(kind.as_kind(), kind.version)
    return json_response(shown.model_dump(), headers={"ETag": etag(kind.version)})


@router.delete("/{key}", status_code=204, dependencies=WRITE)
async def delete_relationship_kind(session: SessionDep, key: KeyPath, if_match: IfMatch) -> Response:
    """Delete a kind of relationships of your own. 409 `relationship_kind_in_use` while there are such relationships."""
    await service.delete_kind(session, key, if_version=if_match)
    return no_content()
