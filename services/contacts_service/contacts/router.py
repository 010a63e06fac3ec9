"""/v1/contacts"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from contacts_service.contacts import queries, service, upserts
from contacts_service.contacts.as_of import get_contact_as_of
from contacts_service.contacts.batch import change_one, create_all
from contacts_service.contacts.expansions import EXPANSIONS
from contacts_service.contacts.parts import SystemName
from contacts_service.contacts.schemas import ContactCreate, ContactList, ContactRead, ContactUpdate, Upserts
from contacts_service.fields.asking import PREFIX, asked
from contacts_service.fields.models import RecordType
from contacts_service.history.schemas import ChangeList
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    Instant,
    ReaderDep,
    SessionDep,
    UpsertMatch,
    created,
    listed,
    no_content,
    record,
    requires,
    updated,
)
from shared.web.batches import Batch, BatchResults, batch_response, run_batch
from shared.web.expanded import ExpandParam, expanded_record
from shared.web.lists import (
    ListParams,
    OpenWordsParams,
    SearchBody,
    list_params,
    list_request,
    names_in,
    search_request,
)
from shared.web.responses import MOVED
from shared.web.route import BATCH_BODY_BYTES, QUERY_PREFIXES

LOCATION = "/v1/contacts"
router = APIRouter(prefix=LOCATION, tags=["contacts"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
CUSTOM = {QUERY_PREFIXES: [PREFIX]}

if TYPE_CHECKING:
    ContactFilters = OpenWordsParams
    ContactChangeFilters = ListParams
else:
    ContactChangeFilters = list_params("ContactChangeFilters", queries.CHANGES, ListParams)
    ContactFilters = list_params("ContactFilters", queries.COLLECTION, OpenWordsParams)
AsOf = Annotated[Instant | None, Query(description="A moment: how it was then.", examples=["2026-01-31T17:00:00Z"])]
CheckDuplicates = Annotated[bool, Query(description="Refuse someone who may be known already.")]
ExternalIdPath = Annotated[str, Path(min_length=1, max_length=200)]


@router.post("", status_code=201, response_model=ContactRead, dependencies=WRITE)
async def create_contact(
    request: Request, session: SessionDep, body: ContactCreate, check_duplicates: CheckDuplicates = False
) -> Response:
    """Create a contact.

    409 `email_taken` or `external_id_taken` if a live contact has it already; with `check_duplicates=true` also
    `possible_duplicate` if the contact may be someone who is known.
    """
    if check_duplicates:
        await request.app.state.refuse_duplicates(session, body.given())
    return created(await service.create_contact(session, body.given()), ContactRead, location=LOCATION)


@router.get("", openapi_extra=CUSTOM, response_model=ContactList, dependencies=READ)
async def list_contacts(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    params: Annotated[ContactFilters, Query()],
) -> Response:
    """List contacts. By any filter and sort, 50 a page; `q` finds parts of names, e-mails and phone numbers.

    Hits of `q` come newest first, all of them; with a filter, a sort or a total it looks among the newest 500.
    """
    more = await asked(reader, RecordType.CONTACT, names_in(params))
    page = await queries.list_contacts(reader, cursors, list_request(queries.COLLECTION, params, more), params.q)
    return listed(request, page)


@router.post("/search", response_model=ContactList, dependencies=READ)
async def search_contacts(request: Request, reader: ReaderDep, cursors: CursorsDep, body: SearchBody) -> Response:
    """Search contacts. By a tree of conditions: `{"and": [{"field": "tags", "op": "contains", "value": "VIP"}]}`."""
    more = await asked(reader, RecordType.CONTACT, names_in(body))
    page = await queries.list_contacts(reader, cursors, search_request(queries.COLLECTION, body, more), body.q)
    return listed(request, page)


@router.post(
    "/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def batch_contacts(request: Request, session: SessionDep, body: Batch) -> Response:
    """Change many contacts.

    Up to 200 changes; 200 if all succeeded, 207 if some failed; `atomic`: 422 and nothing changed if any failed.
    """
    return batch_response(request, await run_batch(session, body, create=create_all, change=change_one))


@router.post(
    "/upsert",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def upsert_contacts(request: Request, session: SessionDep, body: Upserts) -> Response:
    """Create or change up to 1000 contacts by their ids in another system.

    Each row is a contact with the `external_id` that names it: a merge patch if a contact has that id, else the new
    contact. A bad row fails alone: then 207, and its result says why.
    """
    return batch_response(request, await upserts.upsert_contacts(session, body.rows))


@router.get("/by-external-id/{system}/{external_id:path}", response_model=ContactRead, dependencies=READ)
async def get_contact_by_external_id(
    reader: ReaderDep,
    system: SystemName,
    external_id: ExternalIdPath,
    if_none_match: IfNoneMatch = None,
    expand: ExpandParam = None,
) -> Response:
    """Get a contact by its id in another system."""
    contact = await queries.get_by_external_id(reader, system, external_id)
    return await expanded_record(reader, contact, EXPANSIONS, expand, if_none_match)


@router.put(
    "/by-external-id/{system}/{external_id:path}",
    response_model=ContactRead,
    responses={201: {"model": ContactRead}},
    dependencies=WRITE,
)
async def upsert_contact(
    session: SessionDep, system: SystemName, external_id: ExternalIdPath, body: ContactUpdate, if_match: UpsertMatch
) -> Response:
    """Create or change a contact by its id in another system. 201 if it is new.

    `If-Match` changes that version only (412), `If-None-Match: *` creates only (412 `already_exists`).
    """
    contact, is_new = await service.upsert_by_external_id(
        session, system, external_id, body.given(), if_version=if_match
    )
    return created(contact, ContactRead, location=LOCATION) if is_new else updated(contact, ContactRead)


@router.get("/{contact_id}", response_model=ContactRead, responses=MOVED, dependencies=READ)
async def get_contact(
    reader: ReaderDep,
    contact_id: UUID,
    if_none_match: IfNoneMatch = None,
    expand: ExpandParam = None,
    as_of: AsOf = None,
) -> Response:
    """Get a contact. As it is, or as it was at a moment; 410 `resource_deleted` if it is, or was, deleted.

    308 to the survivor of a merge.
    """
    if as_of is not None:
        return record(await get_contact_as_of(reader, contact_id, as_of), if_none_match)
    contact = await queries.get_contact(reader, contact_id)
    return await expanded_record(reader, contact, EXPANSIONS, expand, if_none_match)


@router.get("/{contact_id}/changes", response_model=ChangeList, dependencies=READ)
async def list_contact_changes(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    contact_id: UUID,
    params: Annotated[ContactChangeFilters, Query()],
) -> Response:
    """List a contact's changes. Who, when, from what to what; newest first, its creation last."""
    page = await queries.list_changes(reader, cursors, contact_id, list_request(queries.CHANGES, params))
    return listed(request, page)


@router.patch("/{contact_id}", response_model=ContactRead, dependencies=WRITE)
async def update_contact(session: SessionDep, contact_id: UUID, body: ContactUpdate, if_match: IfMatch) -> Response:
    """Change a contact. Only what the body names changes (merge patch). 412 if `If-Match` names an older version."""
    return updated(await service.update_contact(session, contact_id, body.given(), if_version=if_match), ContactRead)


@router.delete("/{contact_id}", status_code=204, dependencies=WRITE)
async def delete_contact(session: SessionDep, contact_id: UUID, if_match: IfMatch) -> Response:
    """Delete a contact. `restore` brings it back."""
    await service.delete_contact(session, contact_id, if_version=if_match)
    return no_content()


@router.post("/{contact_id}/restore", response_model=ContactRead, dependencies=WRITE)
async def restore_contact(session: SessionDep, contact_id: UUID) -> Response:
    """Restore a contact. It must have been deleted. 409 if another contact has its e-mail by now."""
    return updated(await service.restore_contact(session, contact_id), ContactRead)
