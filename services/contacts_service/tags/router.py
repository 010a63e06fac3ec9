"""/v1/tags, and the tags of contacts"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.many import change_many, change_one
from contacts_service.contacts.many_schemas import ManyChanged
from contacts_service.contacts.parts import Tag as TagName
from contacts_service.contacts.schemas import ContactRead
from contacts_service.tags import queries, service
from contacts_service.tags.contacts import retag
from contacts_service.tags.models import Tag
from contacts_service.tags.schemas import (
    TagChange,
    TagCreate,
    TagList,
    TagMerge,
    TagRead,
    TagRename,
    TagUpdate,
)
from shared.operations import accepted
from shared.operations.schemas import OperationRead
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response

LOCATION = "/v1/tags"
router = APIRouter(tags=["tags"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
TagPath = Annotated[TagName, Path(description="The tag itself, in any spelling.")]

if TYPE_CHECKING:
    TagFilters = ListParams
else:
    TagFilters = list_params("TagFilters", queries.COLLECTION, ListParams)


@router.post(LOCATION, status_code=201, response_model=TagRead, dependencies=WRITE)
async def create_tag(session: SessionDep, body: TagCreate) -> Response:
    """Register a tag. 409 `tag_exists`. Tags that contacts get are registered by themselves soon after."""
    tag = await service.create_tag(session, body.given())
    return created(await _shown(session, tag), TagRead, location=LOCATION)


@router.get(LOCATION, response_model=TagList, dependencies=READ)
async def list_tags(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[TagFilters, Query()]
) -> Response:
    """List tags. With the number of contacts that have each."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get(LOCATION + "/{tag_id}", response_model=TagRead, dependencies=READ)
async def get_tag(reader: ReaderDep, tag_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a tag. The ETag is that of the tag; its number of contacts changes without it."""
    return record(await queries.get_tag(reader, tag_id), if_none_match)


@router.patch(LOCATION + "/{tag_id}", response_model=TagRead, dependencies=WRITE)
async def update_tag(session: SessionDep, tag_id: UUID, body: TagUpdate, if_match: IfMatch) -> Response:
    """Change a tag's colour and labels."""
    tag = await service.update_tag(session, tag_id, body.given(), if_version=if_match)
    return updated(await _shown(session, tag), TagRead)


@router.delete(LOCATION + "/{tag_id}", status_code=202, response_model=OperationRead, dependencies=WRITE)
async def delete_tag(session: SessionDep, tag_id: UUID, if_match: IfMatch) -> Response:
    """Delete a tag. The operation takes it from all contacts."""
    return accepted(await service.delete_tag(session, tag_id, if_version=if_match))


@router.post(LOCATION + "/{tag_id}/rename", status_code=202, response_model=OperationRead, dependencies=WRITE)
async def rename_tag(session: SessionDep, tag_id: UUID, body: TagRename) -> Response:
    """Rename a tag. The operation renames it at all contacts, whatever its spelling there. 409 `tag_exists`."""
    return accepted(await service.rename_tag(session, tag_id, body.name))


@router.post(LOCATION + "/{tag_id}/merge", status_code=202, response_model=OperationRead, dependencies=WRITE)
async def merge_tags(session: SessionDep, tag_id: UUID, body: TagMerge) -> Response:
    """Merge another tag into this one. The operation gives this one to all contacts that have the other."""
    return accepted(await service.merge_tags(session, tag_id, body.tag_id))


@router.post("/v1/contacts/tags", response_model=ManyChanged, dependencies=WRITE)
async def tag_contacts(session: SessionDep, body: TagChange) -> Response:
    """Tag many contacts. Adds and removes tags at up to 1000 of them at once."""
    outcome = await change_many(session, body.contact_ids, retag(add=body.add, remove=body.remove))
    return json_response(ManyChanged.model_validate(outcome).model_dump(mode="json"))


@router.put("/v1/contacts/{contact_id}/tags/{tag}", response_model=ContactRead, dependencies=WRITE)
async def add_tag(session: SessionDep, contact_id: UUID, tag: TagPath) -> Response:
    """Tag a contact. Does nothing if it has the tag already, in whatever spelling."""
    return updated(await change_one(session, contact_id, retag(add=[tag])), ContactRead)


@router.delete("/v1/contacts/{contact_id}/tags/{tag}", response_model=ContactRead, dependencies=WRITE)
async def remove_tag(session: SessionDep, contact_id: UUID, tag: TagPath) -> Response:
    """Take a tag from a contact. Does nothing if it does not have the tag."""
    return updated(await change_one(session, contact_id, retag(remove=[tag])), ContactRead)


async def _shown(session: AsyncSession, tag: Tag) -> TagRead:
    known = {name: getattr(tag, name) for name in TagRead.model_fields if name != "contacts"}
    return TagRead(**known, contacts=await service.count_contacts(session, tag))
