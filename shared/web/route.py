"""Routes that keep the contract: no unknown query parameter, JSON read strictly, outcomes remembered."""

import functools
from collections.abc import AsyncGenerator, Callable
from typing import Any

import fastapi
import orjson
from fastapi import Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope

from shared.errors import (
    FieldError,
    PayloadTooLargeError,
    SamphanError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from shared.web.deprecation import document_deprecation
from shared.web.headers import header
from shared.web.idempotency import METHODS, remember
from shared.web.negotiation import Handler, negotiating
from shared.web.plan import NotCovered, Plan
from shared.web.problems import MalformedJson
from shared.web.query_models import names_of, query_models, read_lean

MAX_DEPTH = 32
MAX_BODY_BYTES = 1024 * 1024
BATCH_BODY_BYTES = 5 * MAX_BODY_BYTES
QUERY_PREFIXES = "x-query-prefixes"
"""In a route's `openapi_extra`: how further query parameters begin, which are not the same for all tenants."""


class UnknownParameter(UnprocessableError):
    code = "unknown_field"


class InvalidCharacter(UnprocessableError):
    code = "invalid_character"


class ContractRequest(Request):
    """`refusal` is why the body was refused: the framework would turn it into a bare 400."""

    def __init__(self, scope: Scope, receive: Receive, max_body_bytes: int) -> None:
        super().__init__(scope, receive)
        self.refusal: SamphanError | None = None
        self._max_body_bytes = max_body_bytes

    async def stream(self) -> AsyncGenerator[bytes, None]:
        declared = header(self.scope, "content-length") or "0"
        received = int(declared) if declared.isdecimal() else 0
        self._refuse_over(received)
        received = 0
        async for chunk in super().stream():
            received += len(chunk)
            self._refuse_over(received)
            yield chunk

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = _strictly(body)
            except SamphanError as error:
                self.refusal = error
                raise
        return self._json

    def _refuse_over(self, size_bytes: int) -> None:
        if size_bytes > self._max_body_bytes:
            detail = f"The body is larger than {self._max_body_bytes} bytes. Send less at once."
            self.refusal = PayloadTooLargeError(detail, limit_bytes=self._max_body_bytes)
            raise self.refusal


def _strictly(body: bytes) -> Any:
    """Raises MalformedJson, InvalidCharacter, UnprocessableError."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not valid JSON: {error.msg}.") from error
    _check(parsed)
    return parsed


def _check(parsed: Any) -> None:
    """Level by level: at most 32, and no NUL, which PostgreSQL's text cannot hold."""
    level = [parsed]
    for _ in range(MAX_DEPTH):
        texts, level = _texts_and_next(level)
        if any("\x00" in text for text in texts):
            raise InvalidCharacter("The body contains the character U+0000; remove it.")
        if not level:
            return
    raise UnprocessableError(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _texts_and_next(level: list[Any]) -> tuple[list[str], list[Any]]:
    texts: list[str] = []
    below: list[Any] = []
    for item in level:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict):
            texts.extend(item)
            below.extend(item.values())
        elif isinstance(item, list):
            below.extend(item)
    return texts, below


class ContractRoute(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.max_body_bytes: int = options.pop("max_body_size", None) or MAX_BODY_BYTES
        document_deprecation(endpoint, options)
        writes = not METHODS.isdisjoint(options.get("methods") or ())
        endpoint = _remembering(endpoint) if writes else endpoint
        read_lean(endpoint)
        super().__init__(path, endpoint, **options)

        self._known = _query_names(self)
        self._prefixes = tuple((self.openapi_extra or {}).get(QUERY_PREFIXES, ()))
        self._takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)
        self.answer = _planned(self)

    def bounded(self, scope: Scope, receive: Receive) -> ContractRequest:
        """The request, its query and media type checked, its body yet to be read."""
        request = ContractRequest(scope, receive, self.max_body_bytes)
        if scope["query_string"]:
            _check_query(request, self._known, self._prefixes)
        if self._takes_json:
            _check_media_type(request)
        return request

    def get_route_handler(self) -> Handler:
        """For routes without a plan, and for those of routers that are included with more dependencies."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            bounded = self.bounded(request.scope, request.receive)
            try:
                return await handle(bounded)
            except HTTPException:
                if bounded.refusal is not None:
                    raise bounded.refusal from None
                raise

        return negotiating(strict, self)


def _planned(route: APIRoute) -> Handler | None:
    try:
        return negotiating(Plan(route.dependant, route.body_field).run, route)
    except NotCovered:
        return None


def _check_media_type(request: Request) -> None:
    kind = (header(request.scope, "content-type") or "").partition(";")[0].strip().lower()
    length, coding = header(request.scope, "content-length"), header(request.scope, "transfer-encoding")
    has_body = length not in (None, "0") or coding is not None
    if has_body and not (kind == "application/json" or kind.endswith("+json")):
        accepted = "application/json, application/merge-patch+json"
        raise UnsupportedMediaTypeError(
            f"Send JSON, with a Content-Type of {accepted}.", headers={"Accept": accepted}, content_type=kind
        )


def _remembering(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint's answer is kept for its idempotency key in the endpoint's own transaction."""
    if hasattr(endpoint, "__remembering__"):
        return endpoint

    @functools.wraps(endpoint)
    async def remembering(*args: Any, **kwargs: Any) -> Any:
        response = await endpoint(*args, **kwargs)
        for argument in kwargs.values():
            if isinstance(argument, AsyncSession):
                await remember(argument, response)
        return response

    remembering.__remembering__ = True  # type: ignore[attr-defined]  # a mark: an included router wraps its routes again
    return remembering


def _query_names(route: APIRoute) -> frozenset[str]:
    elsewhere = (params.Path, params.Header, params.Cookie)
    flat = get_flat_params(route.dependant)
    names = {param.alias for param in flat if not isinstance(param.field_info, elsewhere)}
    return frozenset(names.union(*map(names_of, query_models(route.endpoint))))


def _check_query(request: Request, known: frozenset[str], prefixes: tuple[str, ...]) -> None:
    given = request.query_params
    unknown = [name for name in given if name not in known and not name.startswith(prefixes)]
    if unknown:
        allowed = f"Known: {', '.join(sorted(known))}." if known else "This path takes none."
        detail = f"Unknown query parameter {unknown[0]!r}. {allowed}"
        raise UnknownParameter(
            detail,
            errors=[FieldError("unknown_field", "is not known here", parameter=unknown[0])],
        )
    for name, value in given.multi_items():
        if "\x00" in value:
            raise InvalidCharacter(
                "U+0000 is not possible here.",
                errors=[FieldError("invalid_character", "contains U+0000", parameter=name)],
            )


class APIRouter(fastapi.APIRouter):
    """A slice's router."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=ContractRoute, **options)
