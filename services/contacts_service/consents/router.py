"""/v1/contacts/{id}/consents, /v1/contacts/{id}/do-not-contact, /v1/consents/batch"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.channels import Channel
from contacts_service.consents import queries, service
from contacts_service.consents.batch import record_rows
from contacts_service.consents.deciding import NO_PURPOSES, new_decision
from contacts_service.consents.models import Decision
from contacts_service.consents.schemas import (
    ConsentDecide,
    ConsentDecisions,
    ConsentHistory,
    ConsentRows,
    ConsentStandings,
    DoNotContactPut,
    DoNotContactRead,
)
from contacts_service.purposes.models import DO_NOT_CONTACT
from contacts_service.purposes.queries import known_purposes
from contacts_service.suppressions.deps import DigestsDep
from contacts_service.suppressions.models import Digests
from shared.web import APIRouter, CursorsDep, Instant, ReaderDep, SessionDep, listed, no_content, requires
from shared.web.batches import BatchResults, batch_response
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response
from shared.web.route import BATCH_BODY_BYTES

router = APIRouter(prefix="/v1", tags=["consents"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
CONSENTS = "/contacts/{contact_id}/consents"
CLOSED = "/contacts/{contact_id}/do-not-contact"

if TYPE_CHECKING:
    ConsentFilters = ListParams
else:
    ConsentFilters = list_params("ConsentFilters", queries.HISTORY, ListParams)


@router.get(CONSENTS, response_model=ConsentStandings, dependencies=READ)
async def get_consents(
    reader: ReaderDep,
    contact_id: UUID,
    as_of: Annotated[Instant | None, Query(description="What counted at that moment, as it is known now.")] = None,
    known_at: Annotated[Instant | None, Query(description="Without what was recorded later.")] = None,
) -> Response:
    """Get a contact's consents. What counts for each purpose and channel, who decided it, when and why."""
    return json_response({"data": await queries.consents_of(reader, contact_id, as_of=as_of, known_at=known_at)})


@router.post(CONSENTS, response_model=ConsentStandings, dependencies=WRITE)
async def record_consents(
    session: SessionDep, digests: DigestsDep, contact_id: UUID, body: ConsentDecisions
) -> Response:
    """Record a contact's decisions. Withdrawals always win.

    A giving counts only if it was recorded after every withdrawal and occurred after all of them. Answers what counts
    now. A decision that was recorded before stays as it is.
    """
    await service.lock_live(session, contact_id)
    purposes = await known_purposes(session)
    decisions = [
        new_decision(contact_id, each, purposes, f"/decisions/{index}") for index, each in enumerate(body.decisions)
    ]
    await service.record_decisions(session, digests, decisions)
    return _shown(await service.consents_of(session, contact_id))


@router.get(f"{CONSENTS}/history", response_model=ConsentHistory, dependencies=READ)
async def list_consent_history(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    contact_id: UUID,
    params: Annotated[ConsentFilters, Query()],
) -> Response:
    """List a contact's decisions. The ledger: newest first, nothing is ever changed in it."""
    page = await queries.history(reader, cursors, contact_id, list_request(queries.HISTORY, params))
    return listed(request, page)


@router.post(
    "/consents/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def batch_consents(request: Request, session: SessionDep, digests: DigestsDep, body: ConsentRows) -> Response:
    """Record up to 1000 decisions. Safe to repeat: what is recorded already answers 200, what is new 201.

    A bad row fails alone: then 207, and its result says why.
    """
    outcomes = await record_rows(session, digests, await known_purposes(session), body.rows)
    return batch_response(request, outcomes)


@router.get(CLOSED, response_model=DoNotContactRead, dependencies=READ)
async def get_do_not_contact(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get the channels by which a contact may not be contacted."""
    return json_response({"data": await queries.do_not_contact_of(reader, contact_id)})


@router.put(f"{CLOSED}/{{channel}}", response_model=DoNotContactRead, dependencies=WRITE)
async def put_do_not_contact(
    session: SessionDep, digests: DigestsDep, contact_id: UUID, channel: Channel, body: DoNotContactPut
) -> Response:
    """Close a channel to a contact. Whatever the purpose; `all` closes every channel.

    The contact's addresses stay closed when the contact is deleted, erased, or imported again.
    """
    await _decide(session, digests, contact_id, channel, Decision.WITHDRAWN, body)
    return _shown(await service.do_not_contact_of(session, contact_id))


@router.delete(f"{CLOSED}/{{channel}}", status_code=204, dependencies=WRITE)
async def lift_do_not_contact(session: SessionDep, digests: DigestsDep, contact_id: UUID, channel: Channel) -> Response:
    """Open a channel to a contact again. Only when the person asked for it: the ledger says who did it and when."""
    await _decide(session, digests, contact_id, channel, Decision.GIVEN, DoNotContactPut())
    return no_content()


async def _decide(
    session: SessionDep,
    digests: Digests,
    contact_id: UUID,
    channel: Channel,
    decision: Decision,
    body: DoNotContactPut,
) -> None:
    await service.lock_live(session, contact_id)
    given = ConsentDecide(purpose=DO_NOT_CONTACT, channel=channel, decision=decision, **body.model_dump())
    await service.record_decisions(session, digests, [new_decision(contact_id, given, NO_PURPOSES)])


def _shown(rows: Sequence[Mapping[str, Any]]) -> Response:
    return Response(ConsentStandings.model_validate({"data": rows}).model_dump_json(), media_type="application/json")
