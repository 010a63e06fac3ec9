"""`/v1/contacts/{id}/overview`"""

from uuid import UUID

from fastapi import Request, Response

from gateway.forwarding.fetch import Fetched
from gateway.overview.parts import ask_all, overview_of
from gateway.overview.schemas import Overview
from shared.errors import SamphanError
from shared.web import APIRouter, PrincipalDep
from shared.web.responses import LIST_CACHE, MOVED

router = APIRouter(prefix="/v1/contacts", tags=["overview"])
PASSED_ON = (b"content-type", b"location", b"content-language", b"www-authenticate", b"retry-after")


@router.get("/{contact_id}/overview", response_model=Overview, responses=MOVED)
async def get_overview(request: Request, principal: PrincipalDep, contact_id: UUID) -> Response:
    """Get a contact at a glance.

    Contact, last contact, open items and metrics in one answer; what the contact itself says (308, 404, 410) stands.
    """
    state = request.app.state
    answers = await ask_all(request.scope, principal, state.minter, state.upstreams, contact_id)
    contact = answers["contact"]
    if isinstance(contact, SamphanError):
        raise contact
    if contact.status != 200:
        return _passed_on(contact)
    return Response(overview_of(answers), headers={"Cache-Control": LIST_CACHE}, media_type="application/json")


def _passed_on(answer: Fetched) -> Response:
    headers = {name.decode(): answer.headers[name].decode("latin-1") for name in PASSED_ON if name in answer.headers}
    if answer.status == 308:  # merged: the overview of the survivor
        headers["location"] += "/overview"
    return Response(answer.body, answer.status, headers)
