"""/v1/consent-purposes"""

from typing import Annotated

from fastapi import Path, Response

from contacts_service.purposes import queries, service
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.schemas import (
    KEY_PATTERN,
    ConsentTextCreate,
    ConsentTextList,
    ConsentTextRead,
    PurposeList,
    PurposePut,
    PurposeRead,
)
from shared.web import APIRouter, IfMatch, ReaderDep, ReadModel, SessionDep, requires
from shared.web.preconditions import etag
from shared.web.responses import LIST_CACHE, JsonResponse, json_response

LOCATION = "/v1/consent-purposes"
router = APIRouter(prefix=LOCATION, tags=["consent-purposes"])
READ = [requires("contacts:read")]
CONFIGURE = [requires("contacts:configure")]
PurposePath = Annotated[str, Path(pattern=KEY_PATTERN, description="The purpose's key, such as `marketing`.")]


@router.get("", response_model=PurposeList, dependencies=READ)
async def list_purposes(reader: ReaderDep) -> Response:
    """List purposes. Those that every tenant has, and its own; archived ones included."""
    return _json(PurposeList(data=[PurposeRead.of(each) for each in await queries.list_purposes(reader)]))


@router.get("/{purpose}", response_model=PurposeRead, dependencies=READ)
async def get_purpose(reader: ReaderDep, purpose: PurposePath) -> Response:
    """Get a purpose."""
    return _one(await queries.get_purpose(reader, purpose))


@router.put("/{purpose}", response_model=PurposeRead, dependencies=CONFIGURE)
async def put_purpose(session: SessionDep, purpose: PurposePath, body: PurposePut, if_match: IfMatch) -> Response:
    """Make or change a purpose. Needs the scope contacts:configure. `marketing` and the like can be worded anew."""
    await service.put_purpose(session, purpose, body.given(), if_version=if_match)
    return _one((await queries.known_purposes(session))[purpose])


@router.get("/{purpose}/texts", response_model=ConsentTextList, dependencies=READ)
async def list_texts(reader: ReaderDep, purpose: PurposePath) -> Response:
    """List the texts of a purpose. Newest first."""
    return json_response({"data": await queries.list_texts(reader, purpose)})


@router.post("/{purpose}/texts", response_model=ConsentTextRead, status_code=201, dependencies=CONFIGURE)
async def add_text(session: SessionDep, purpose: PurposePath, body: ConsentTextCreate) -> Response:
    """Add a text to a purpose. It is the next version; decisions name the one that was shown."""
    text = await service.add_text(session, purpose, body.text_th, body.text_en)
    location = f"{LOCATION}/{purpose}/texts"
    return _json(ConsentTextRead.model_validate(text), 201, {"Location": location, "ETag": etag(text.version)})


def _one(purpose: Described) -> Response:
    return _json(PurposeRead.of(purpose), headers={"ETag": etag(purpose.version)})


def _json(body: ReadModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JsonResponse(body.model_dump_json().encode(), status, {"Cache-Control": LIST_CACHE, **(headers or {})})
