"""Problems as the OpenAPI document has them: one schema, and for each status one response with an example."""

from collections.abc import Iterable
from typing import Any

from shared import errors
from shared.errors import FieldError, SamphanError
from shared.web.problems import MEDIA_TYPE, MalformedJson, problem_body

TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` follows Accept-Language; `detail` is for developers.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": TEXT,
        "code": TEXT,
        "params": {"type": "object", "additionalProperties": True},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": dict.fromkeys(("code", "detail", "pointer", "parameter", "header"), TEXT),
            },
        },
        "request_id": TEXT,
        "retryable": {"type": "boolean"},
    },
}
PROBLEM["required"] = sorted(PROBLEM["properties"])
ALWAYS = (400, 401, 403, 406, 414, 422, 429, 431, 500, 503, 504)
WITH_ID = (404, 409, 410)
WITH_BODY = (409, 413, 415)
CHANGING = (409, 412)
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}}


def _coded(kind: type[SamphanError], code: str, detail: str, status: int = 0, **params: Any) -> SamphanError:
    error: SamphanError = type(code, (kind,), {"code": code, "status": status or kind.status})(detail, **params)
    return error


UNKNOWN_FIELD = FieldError("unknown_field", "is not known here", pointer="/full_nam")
DESCRIBED: dict[int, tuple[str, str, SamphanError]] = {
    400: ("BadRequest", "Malformed request.", MalformedJson("The body is not valid JSON: unexpected end of data.")),
    401: ("NotSignedIn", "No valid credentials.", errors.UnauthenticatedError("This needs a bearer token.")),
    403: (
        "NotAllowed",
        "The caller lacks the scope.",
        _coded(
            errors.ForbiddenError, "insufficient_scope", "This needs the scope contacts:write.", scope="contacts:write"
        ),
    ),
    404: ("NotFound", "No such record in this tenant.", errors.NotFoundError("There is nothing with this id.")),
    406: (
        "NotAcceptable",
        "The client reads no media type that is written here.",
        errors.NotAcceptableError("This is answered in application/json only. Send Accept: application/json, or none."),
    ),
    409: (
        "Conflict",
        "In conflict with the current state.",
        _coded(errors.ConflictError, "email_taken", "malee@example.com already belongs to a contact."),
    ),
    410: ("Gone", "The record was deleted.", errors.GoneError("The contact was deleted.")),
    412: (
        "ChangedMeanwhile",
        "The record was changed meanwhile.",
        _coded(
            errors.PreconditionFailedError, "version_mismatch", "The current version is 8, not 7.", current_version=8
        ),
    ),
    413: (
        "TooLarge",
        "The body is too large.",
        errors.PayloadTooLargeError("The body is larger than 1048576 bytes. Send less at once.", limit_bytes=1_048_576),
    ),
    414: (
        "UrlTooLong",
        "The URL is too long; search by POST.",
        _coded(
            errors.BadRequestError, "url_too_long", "The URL is longer than 8192 bytes.", limit_bytes=8192, status=414
        ),
    ),
    415: (
        "UnsupportedMediaType",
        "The body is of another media type.",
        errors.UnsupportedMediaTypeError("Send JSON.", content_type="text/xml"),
    ),
    422: (
        "InvalidInput",
        "Invalid input; `errors` names each place.",
        errors.UnprocessableError("/full_nam: is not known here", errors=[UNKNOWN_FIELD]),
    ),
    429: (
        "OverQuota",
        "Over the quota; see Retry-After.",
        errors.RateLimitedError("More than 100 requests in 10 s. Go on in 3 s.", retry_after_s=3),
    ),
    431: (
        "HeadersTooLarge",
        "The headers are too large.",
        _coded(
            SamphanError,
            "headers_too_large",
            "The headers are larger than 16384 bytes.",
            limit_bytes=16_384,
            status=431,
        ),
    ),
    500: (
        "OurFault",
        "Our fault; quote `request_id`.",
        SamphanError("Something went wrong here; it has been logged."),
    ),
    503: ("Unavailable", "Busy or away; retry.", errors.UnavailableError("The service is busy. Try again.")),
    504: ("TimedOut", "The deadline passed.", errors.DeadlineError()),
}


def problem_responses() -> dict[str, Any]:
    """For `components/responses`."""
    return {name: _response(status, description, error) for status, (name, description, error) in DESCRIBED.items()}


def references(path: str, method: str, declared: Iterable[str] = ()) -> dict[str, Any]:
    """The problems that an operation may answer with: those of its kind, and those among its `declared` statuses."""
    statuses = {*_statuses(path, method), *(int(status) for status in declared if int(status) in DESCRIBED)}
    return {str(status): {"$ref": f"#/components/responses/{DESCRIBED[status][0]}"} for status in sorted(statuses)}


def _statuses(path: str, method: str) -> Iterable[int]:
    yield from ALWAYS
    if "{" in path:
        yield from WITH_ID
    if method in ("post", "put", "patch"):
        yield from WITH_BODY
    if method in ("patch", "put", "delete") or (method == "post" and "{" in path):
        yield from CHANGING


def _response(status: int, description: str, error: SamphanError) -> dict[str, Any]:
    value = problem_body(error) | {"instance": "/v1/contacts", "request_id": "019a3f5e-7c1b-7d04-8a55-1f2e3d4c5b6a"}
    content = {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": {"english": {"summary": error.code, "value": value}},
        }
    }
    made = {"description": description, "content": content}
    return made | {"headers": RETRY_AFTER} if status in (429, 503, 504) else made
