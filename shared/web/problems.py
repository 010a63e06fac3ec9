"""Every error becomes a problem+json (RFC 9457), the framework's own included."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared import errors
from shared.db.codecs import LOST_CONNECTION
from shared.errors import FieldError, SamphanError
from shared.web.deprecation import DEPRECATION
from shared.web.validation import validation_problem

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
TITLES = {
    308: ("It was merged", "ข้อมูลนี้ถูกรวมแล้ว"),
    400: ("Bad request", "คำขอไม่ถูกต้อง"),
    401: ("Not signed in", "ยังไม่ได้ลงชื่อเข้าใช้"),
    403: ("Not allowed", "ไม่มีสิทธิ์"),
    404: ("Not found", "ไม่พบข้อมูล"),
    405: ("Method not allowed", "ใช้วิธีนี้ไม่ได้"),
    406: ("Not acceptable", "ไม่มีรูปแบบที่ขอ"),
    409: ("Conflict", "ข้อมูลขัดแย้งกัน"),
    410: ("Gone", "ข้อมูลถูกลบแล้ว"),
    412: ("Changed meanwhile", "ข้อมูลถูกแก้ไขไปแล้ว"),
    413: ("Too large", "ข้อมูลใหญ่เกินไป"),
    414: ("URL too long", "URL ยาวเกินไป"),
    415: ("Unsupported media type", "ไม่รองรับรูปแบบข้อมูลนี้"),
    422: ("Invalid input", "ข้อมูลที่ส่งมาไม่ถูกต้อง"),
    428: ("Precondition required", "ต้องระบุเงื่อนไขก่อน"),
    429: ("Too many requests", "ส่งคำขอถี่เกินไป"),
    431: ("Headers too large", "ส่วนหัวใหญ่เกินไป"),
    500: ("Internal error", "ระบบขัดข้อง"),
    502: ("Bad gateway", "ระบบปลายทางขัดข้อง"),
    503: ("Unavailable", "ระบบยังไม่พร้อม"),
    504: ("Timed out", "หมดเวลา"),
}


class MalformedJson(errors.BadRequestError):
    code = "malformed_json"


class MethodNotAllowed(SamphanError):
    status = 405
    code = "method_not_allowed"


class MalformedBody(errors.BadRequestError):
    code = "malformed_body"


def problem_body(error: SamphanError, language: str = "en") -> dict[str, Any]:
    return {
        "type": f"https://samphan.dev/problems/{error.code}",
        "title": title(error, language),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "params": error.params,
        "errors": [_field(each) for each in error.errors],
        "retryable": error.retryable,
    }


def problem(request_id: str, language: str, path: str, error: SamphanError) -> Response:
    body = problem_body(error, language) | {"instance": path, "request_id": request_id}
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        **error.headers,
    }
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if error.retryable:
        headers.setdefault("Retry-After", "1")
    return Response(orjson.dumps(body, default=str), error.status, headers, MEDIA_TYPE)


def title(error: SamphanError, language: str) -> str:
    english, thai = error.title or TITLES.get(error.status, ("Error", "ผิดพลาด"))
    return thai if language == "th" else english


def language_of(accept_language: str | None) -> str:
    """`th` or `en`, by the client's own order; quality values decide, ties go to the first."""
    best, found = 0.0, "en"
    for part in (accept_language or "").split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.split("-")[0].lower()
        weight = _weight(quality)
        if primary in ("th", "en") and weight > best:
            best, found = weight, primary
    return found


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def _field(error: FieldError) -> dict[str, str]:
    found = {
        "pointer": error.pointer,
        "parameter": error.parameter,
        "header": error.header,
    }
    return {key: value for key, value in found.items() if value is not None} | {
        "code": error.code,
        "detail": error.detail,
    }


def _in_body(error: FieldError) -> FieldError:
    """A search has in its body what a list has in its query."""
    return error if error.parameter is None else replace(error, parameter=None, pointer=f"/{error.parameter}")


def answer(request: Request, error: SamphanError) -> Response:
    if request.scope["path"].endswith("/search") and not request.scope["query_string"]:
        error.errors = tuple(map(_in_body, error.errors))
    if isinstance(error, errors.MovedError):
        error.lead_on(request.scope["path"], request.scope["query_string"].decode("latin-1"))
    request_id = request.scope.get("request_id", "")
    language = language_of(request.headers.get("accept-language"))
    response = problem(request_id, language, request.scope["path"], error)
    if DEPRECATION in request.scope:
        request.scope[DEPRECATION].tell(response)
    return response


class Answered(Exception):
    """Ends a request early with an answer that is no problem."""

    def __init__(self, response: Response) -> None:
        self.response = response


def answer_to(request: Request, error: Exception) -> Response:
    """Raises the error again if it is nothing that a client could know about."""
    if isinstance(error, Answered):
        return error.response
    if isinstance(error, SamphanError):
        return answer(request, error)
    if isinstance(error, RequestValidationError):
        return answer(request, validation_problem(error.errors()))
    if isinstance(error, HTTPException):
        return answer(request, _http_problem(request, error))
    made = database_error(error)
    if made is None:
        raise error
    log.warning("database_error", error=type(error).__name__, code=made.code, path=request.scope["path"])
    return answer(request, made)


async def _on_error(request: Request, error: Exception) -> Response:
    return answer_to(request, error)


def _http_problem(request: Request, error: HTTPException) -> SamphanError:
    if error.status_code == 404:
        return errors.NotFoundError("There is nothing at this path.")
    if error.status_code == 405:
        allowed = ", ".join(sorted(allowed_methods(request)))
        return MethodNotAllowed(f"{request.method} is not possible here.", headers={"Allow": allowed})
    if error.status_code == 413:
        return errors.PayloadTooLargeError(str(error.detail))
    return MalformedBody(str(error.detail))


def allowed_methods(request: Request) -> set[str]:
    found = {"OPTIONS"}
    for route in request.app.router.routes:
        matched, _ = route.matches({**request.scope, "method": "OPTIONS"})
        if matched is not Match.NONE:
            found |= methods_of(route, request.scope)
    return found


def methods_of(route: Any, scope: Mapping[str, Any]) -> set[str]:
    """A router that was included as a whole is asked route by route."""
    methods = getattr(route, "methods", None)
    if methods:
        return set(methods)
    inner = getattr(route, "effective_candidates", None)
    if inner is None:
        return set()
    return {
        method
        for each in inner()
        if each.matches({**scope, "method": "OPTIONS"})[0] is not Match.NONE
        for method in methods_of(each, scope)
    }


def database_error(error: Exception) -> SamphanError | None:
    """What the client can do about a failure of the database; None if it is our own mistake."""
    if isinstance(error, StaleDataError):
        return errors.PreconditionFailedError(
            "The record was changed meanwhile. Read it again, then repeat the change."
        )
    if isinstance(error, (PoolTimeout, TimeoutError, *LOST_CONNECTION)):
        return errors.UnavailableError("The database is busy or away. Try again.")
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    if state == "57014":
        return errors.DeadlineError()
    if state == "22003":
        return errors.UnprocessableError("A number is beyond what can be stored here; use a smaller one.")
    if state == "SM410":
        return errors.PersonErased("This person's data were erased on request; nothing can be stored about them.")
    if state in ("22021", "22P05"):
        return errors.UnprocessableError("A text contains a character that cannot be stored; remove it.")
    if state in ("40001", "40P01", "55P03"):
        return errors.UnavailableError("Another request changes the same records. Try again.")
    if state is None and isinstance(error, DBAPIError):
        return errors.UnavailableError("The database is busy or away. Try again.")
    if isinstance(state, str) and state[:2] in ("08", "53", "57"):
        return errors.UnavailableError("The database is busy or away. Try again.")
    return None


def install(app: FastAPI) -> None:
    for kind in (
        Answered,
        SamphanError,
        RequestValidationError,
        HTTPException,
        DBAPIError,
        PoolTimeout,
        StaleDataError,
        asyncpg.PostgresError,
        *LOST_CONNECTION,
    ):
        app.add_exception_handler(kind, _on_error)
