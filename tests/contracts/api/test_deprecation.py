"""1.3: a route that will go says so in its answers, its refusals and its document. No route of ours goes yet."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response

from deploy.local.keys import Keys
from shared.errors import NotFoundError
from shared.settings import ServiceSettings
from shared.web import APIRouter
from shared.web.app import create_service
from shared.web.deprecation import deprecated
from shared.web.responses import json_response

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SUNSET = datetime(2027, 6, 1, tzinfo=UTC)
NOTES = "/docs/changes#old-things"

router = APIRouter(prefix="/v1/things", tags=["things"])


@router.get("/old")
@deprecated(since=SINCE, sunset=SUNSET, successor="/v1/things/new", notes=NOTES)
async def get_old(missing: bool = False) -> Response:
    if missing:
        raise NotFoundError("There is no such thing.")
    return json_response({"ok": True}, headers={"Link": '</v1/things/old?cursor=x>; rel="next"'})


@router.get("/new")
async def get_new() -> Response:
    return json_response({"ok": True})


@pytest.fixture(scope="module")
def app(keys: Keys) -> FastAPI:
    given: dict[str, Any] = {
        **dict.fromkeys(("database_url", "system_database_url", "log_database_url"), NOWHERE),
        "token_public_key": keys.token_public_key,
        "cursor_secret": keys.cursor_secret,
        "port": 1,
    }
    return create_service("things", ServiceSettings(**given), [router], summary="Things that come and go.")


@pytest.fixture
async def things(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://things") as client:
        yield client


async def test_a_deprecated_route_tells_since_when_until_when_and_what_instead(things: httpx.AsyncClient) -> None:
    response = await things.get("/v1/things/old")

    assert response.status_code == 200
    assert response.headers["deprecation"] == "@1793491200"
    assert response.headers["sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert response.links["deprecation"]["url"] == NOTES
    assert response.links["successor-version"]["url"] == "/v1/things/new"
    assert response.links["next"]["url"] == "/v1/things/old?cursor=x"


async def test_its_refusals_tell_it_too(things: httpx.AsyncClient) -> None:
    missing = await things.get("/v1/things/old", params={"missing": "true"})
    wrong = await things.get("/v1/things/old", params={"missing": "perhaps"})

    assert (missing.status_code, wrong.status_code) == (404, 422)
    for response in (missing, wrong):
        assert response.headers["deprecation"] == "@1793491200"
        assert response.links["successor-version"]["url"] == "/v1/things/new"


async def test_other_routes_say_nothing(things: httpx.AsyncClient) -> None:
    response = await things.get("/v1/things/new")

    assert not {"deprecation", "sunset", "link"} & set(response.headers)


async def test_the_document_marks_it(things: httpx.AsyncClient) -> None:
    paths = (await things.get("/openapi.json")).json()["paths"]

    assert paths["/v1/things/old"]["get"]["deprecated"] is True
    assert paths["/v1/things/old"]["get"]["x-sunset"] == "2027-06-01"
    assert "deprecated" not in paths["/v1/things/new"]["get"]


def test_half_a_years_notice_is_the_least() -> None:
    with pytest.raises(ValueError, match="180 days"):
        deprecated(since=SINCE, sunset=SINCE + timedelta(days=179), successor="/v1/things/new", notes=NOTES)
