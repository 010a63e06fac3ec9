"""What is wrong with a request's values: Pydantic's errors as one problem that names each place once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from shared.errors import FieldError, SamphanError, UnprocessableError

MAX_ERRORS = 50


def body_problem(error: ValidationError, given: Any, *within: str) -> SamphanError:
    """Of a body, or of the part `within` it, that is not as its model has it."""
    details = without_alternatives(error.errors(include_url=False, include_input=False), given)
    return validation_problem({**each, "loc": ("body", *within, *each["loc"])} for each in details)


def without_alternatives(details: Iterable[Any], given: Any) -> Iterator[Any]:
    """Pydantic's errors with the places that are in what was given: those of a union name the alternative, too."""
    for each in details:
        place, found = [], given
        for part in each["loc"]:
            if (isinstance(found, dict) and part in found) or (isinstance(found, list) and part in range(len(found))):
                place.append(part)
                found = found[part]
        if each["type"] == "missing":
            place.append(each["loc"][-1])
        yield {**each, "loc": tuple(place)}


def validation_problem(details: Iterable[Any]) -> SamphanError:
    """Names the first 50 of them."""
    found = list(_field_errors(islice(details, MAX_ERRORS)))
    first = found[0]
    where = first.pointer or first.parameter or first.header
    return UnprocessableError(f"{where}: {first.detail}", errors=found)


def _field_errors(details: Iterable[Any]) -> Iterator[FieldError]:
    for each in details:
        place, *path = each["loc"] or ("body",)
        code = _code(each)
        detail = "is not known here" if code == "unknown_field" else _sentence(each)
        if place == "body":
            yield FieldError(code, detail, pointer="/" + "/".join(map(_escaped, path)))
        elif place == "header":
            yield FieldError(code, detail, header=str(path[0]))
        else:
            yield FieldError(code, detail, parameter=str(path[0]) if path else str(place))


def _escaped(part: object) -> str:
    """As RFC 6901 has it."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _code(detail: Any) -> str:
    """Our own value errors carry a code; Pydantic's are named by their type."""
    raised = detail.get("ctx", {}).get("error")
    own = getattr(raised, "code", None)
    return str(own or {"extra_forbidden": "unknown_field", "missing": "required"}.get(detail["type"], detail["type"]))


def _sentence(detail: Any) -> str:
    message: str = detail["msg"]
    return message.removeprefix("Value error, ")
