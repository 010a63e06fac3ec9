"""`/docs` and `/v1/openapi.json`: public, from our own disk, working with the network off."""

import gzip
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response

from shared.errors import NotFoundError, UnavailableError

router = APIRouter(include_in_schema=False)

STATIC = files("gateway.docs") / "static"
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
PACKED = frozenset({"swagger-ui-bundle.js"})
"""Kept as gzip made it, at a quarter of the size: unpacked it is the publisher's file, byte for byte."""
# Swagger UI sets styles of its own and shows data: images; everything else comes from here or not at all.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CACHE = "public, max-age=300"


@router.get("/docs")
async def get_page() -> Response:
    return _file("index.html")


@router.get("/docs/{name}")
async def get_file(name: str) -> Response:
    if name not in TYPES:
        raise NotFoundError("There is nothing at this path.")
    return _file(name)


@router.get("/v1/openapi.json")
async def get_document(request: Request) -> Response:
    """The frozen document of all services and the gateway."""
    body, tag = _document(request.app.state.settings.openapi_file)
    headers = {"Cache-Control": CACHE, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _file(name: str) -> Response:
    headers = {"Cache-Control": CACHE, "Content-Security-Policy": POLICY}
    return Response(_content(name), headers=headers, media_type=TYPES[name])


@lru_cache(maxsize=len(TYPES))
def _content(name: str) -> bytes:
    return gzip.decompress((STATIC / f"{name}.gz").read_bytes()) if name in PACKED else (STATIC / name).read_bytes()


@lru_cache(maxsize=1)
def _document(file: Path) -> tuple[bytes, str]:
    if not file.exists():
        raise UnavailableError("The API's document is not installed: run `python -m deploy.contracts`.")
    body = file.read_bytes()
    return body, f'"{sha256(body).hexdigest()[:16]}"'
