"""What can go wrong, independent of HTTP frameworks.

SamphanError
├── BadRequestError 400      ├── GoneError 410                  ├── UnprocessableError 422
├── UnauthenticatedError 401 ├── PreconditionFailedError 412    ├── PreconditionRequiredError 428
├── ForbiddenError 403       ├── PayloadTooLargeError 413       ├── RateLimitedError 429
├── NotFoundError 404        ├── UnsupportedMediaTypeError 415  └── UnavailableError 503
├── NotAcceptableError 406   ├── ConflictError 409               ├── DeadlineError 504
                                                                 └── MovedError 308
Services derive from these next to the code that raises; `code` is public API, `detail` is text and may change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong input. Exactly one of `pointer` (JSON pointer into the body), `parameter` and `header` says where."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class SamphanError(Exception):
    """`params` are the values that the text mentions, for machines; `headers` go into the HTTP answer.

    `title` is what a front end may show to its users, in English and Thai; without it the status speaks.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False
    title: ClassVar[tuple[str, str] | None] = None

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.params = params


class Outdated(Exception):
    """What this process remembered is no longer so; by now it knows better. Doors begin the transaction anew."""


class MovedError(SamphanError):
    """What was asked for is at `location`, for now: a merge can be undone, so nobody may keep this answer."""

    status = 308
    code = "resource_merged"

    def __init__(self, detail: str, *, location: str, instead_of: str | None = None, **params: Any) -> None:
        super().__init__(detail, headers={"Location": location}, **params)
        self._instead_of = instead_of

    def lead_on(self, path: str, query: str) -> None:
        """Who asked for a view below `instead_of`, the path of the record, finds the same view of the other one."""
        if self._instead_of is not None and path.startswith(self._instead_of):
            below = path.removeprefix(self._instead_of)
            self.headers["Location"] += below + (f"?{query}" if query else "")


class BadRequestError(SamphanError):
    status = 400
    code = "bad_request"


class UnauthenticatedError(SamphanError):
    status = 401
    code = "unauthenticated"


class ForbiddenError(SamphanError):
    status = 403
    code = "forbidden"


class NotFoundError(SamphanError):
    status = 404
    code = "not_found"


class NotAcceptableError(SamphanError):
    status = 406
    code = "not_acceptable"


class ConflictError(SamphanError):
    status = 409
    code = "conflict"


class GoneError(SamphanError):
    status = 410
    code = "resource_deleted"


class PersonErased(GoneError):
    code = "person_erased"
    title = ("This person was erased", "ข้อมูลของบุคคลนี้ถูกลบถาวรแล้ว")


class PreconditionFailedError(SamphanError):
    status = 412
    code = "precondition_failed"


class PayloadTooLargeError(SamphanError):
    status = 413
    code = "payload_too_large"


class UnsupportedMediaTypeError(SamphanError):
    status = 415
    code = "unsupported_media_type"


class UnprocessableError(SamphanError):
    status = 422
    code = "validation_failed"


class PreconditionRequiredError(SamphanError):
    status = 428
    code = "precondition_required"


class RateLimitedError(SamphanError):
    status = 429
    code = "rate_limited"
    retryable = True


class UnavailableError(SamphanError):
    status = 503
    code = "unavailable"
    retryable = True


class DeadlineError(UnavailableError):
    status = 504
    code = "timeout"

    def __init__(self, detail: str = "", **given: Any) -> None:
        text = "The deadline of this request passed. Ask for less, or allow more time in X-Deadline-Ms."
        super().__init__(detail or text, **given)
