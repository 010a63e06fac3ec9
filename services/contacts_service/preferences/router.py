"""/v1/contacts/{id}/preference-links, and /v1/preferences/{token} for whoever holds a link"""

from uuid import UUID

from fastapi import Request, Response

from contacts_service.consents.service import lock_live
from contacts_service.preferences import queries, service
from contacts_service.preferences.public import ClaimDep, LinkReaderDep, LinkSessionDep
from contacts_service.preferences.schemas import (
    PreferenceLinkCreate,
    PreferenceLinkList,
    PreferenceLinkMade,
    PreferenceLinkRead,
    Preferences,
    PreferencesPut,
)
from contacts_service.preferences.tokens import Claim
from contacts_service.suppressions.deps import DigestsDep
from shared.auth.principal import LINKS
from shared.db.record import now
from shared.errors import FieldError, UnprocessableError
from shared.instants import rfc3339
from shared.web import APIRouter, ReaderDep, SessionDep, no_content, requires
from shared.web.problems import language_of
from shared.web.responses import LIST_CACHE, JsonResponse, json_response

PUBLIC = "/v1/preferences"
MINE = "/contacts/{contact_id}/preference-links"
router = APIRouter(prefix="/v1", tags=["preferences"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
ANYBODY = [requires(LINKS)]


class NotOneClick(UnprocessableError):
    code = "not_one_click"
    title = ("Not an unsubscription", "คำขอนี้ไม่ใช่การยกเลิกรับข่าวสาร")


@router.post(MINE, status_code=201, response_model=PreferenceLinkMade, dependencies=WRITE)
async def create_preference_link(
    request: Request, session: SessionDep, contact_id: UUID, body: PreferenceLinkCreate
) -> Response:
    """Make a link to a contact's preferences. Who has it needs no sign-in: send it to that person only."""
    await lock_live(session, contact_id)
    link = await service.create_link(session, contact_id, days=body.expires_in_days, topic_id=body.topic_id)
    token = request.app.state.link_tokens.seal(Claim(link.tenant_id, link.id))
    shown = {name: getattr(link, name) for name in PreferenceLinkRead.model_fields if name != "type"}
    made = PreferenceLinkMade(type="preference_link", token=token, path=f"{PUBLIC}/{token}", **shown)
    location = f"/v1/contacts/{contact_id}/preference-links"
    return JsonResponse(made.model_dump_json().encode(), 201, {"Location": location, "Cache-Control": LIST_CACHE})


@router.get(MINE, response_model=PreferenceLinkList, dependencies=READ)
async def list_preference_links(reader: ReaderDep, contact_id: UUID) -> Response:
    """List a contact's preference links. The newest 200, without their tokens."""
    return json_response({"data": await queries.list_links(reader, contact_id)})


@router.delete(f"{MINE}/{{link_id}}", status_code=204, dependencies=WRITE)
async def revoke_preference_link(session: SessionDep, contact_id: UUID, link_id: UUID) -> Response:
    """Revoke a preference link. At once, for whoever has it."""
    await service.revoke_link(session, contact_id, link_id)
    return no_content()


@router.get("/preferences/{token}", response_model=Preferences, dependencies=ANYBODY)
async def get_preferences(request: Request, reader: LinkReaderDep, claim: ClaimDep) -> Response:
    """See the preferences of a link's owner. In Thai or English by Accept-Language; needs no sign-in.

    Looking changes nothing: scanners of mail look at links, too.
    """
    language = language_of(request.headers.get("accept-language"))
    found = await queries.preferences(reader, claim.link_id, language, rfc3339(now()))
    return json_response(found, headers={"Content-Language": language})


@router.put("/preferences/{token}", status_code=204, dependencies=ANYBODY)
async def put_preferences(
    session: LinkSessionDep, digests: DigestsDep, claim: ClaimDep, body: PreferencesPut
) -> Response:
    """Change the preferences of a link's owner. Needs no sign-in; safe to repeat."""
    await service.change(session, digests, claim.link_id, body)
    return no_content()


@router.post("/preferences/{token}", status_code=204, dependencies=ANYBODY)
async def unsubscribe(request: Request, session: LinkSessionDep, digests: DigestsDep, claim: ClaimDep) -> Response:
    """Unsubscribe with one click (RFC 8058). From the link's topic, or from everything; safe to repeat.

    Mail programs send the form `List-Unsubscribe=One-Click`; an empty body means the same.
    """
    _demand_one_click(await request.body())
    await service.unsubscribe(session, digests, claim.link_id)
    return no_content()


def _demand_one_click(body: bytes) -> None:
    """Of either kind of form. Raises NotOneClick: what was meant for PUT must not unsubscribe anybody."""
    if body and not (b"List-Unsubscribe" in body and b"One-Click" in body):
        detail = "POST unsubscribes, and takes the form List-Unsubscribe=One-Click. PUT changes preferences."
        raise NotOneClick(detail, errors=[FieldError("not_one_click", detail, pointer="")])
