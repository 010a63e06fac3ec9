"""What schemathesis does not know of the contract: hooks that `schemathesis.toml` names."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, get_args

import schemathesis
from pydantic_core.core_schema import ErrorType
from schemathesis.checks import CHECKS
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.generation.meta import CoverageScenario, coverage_scenario
from schemathesis.specs.openapi import checks as schemathesis_checks

KEY = "Idempotency-Key"
# Refusals that a JSON Schema announces, by their codes. `value_error` is a rule of our own in code, and how many digits
# a decimal may have is no word of the schema language; nor is that spaces around a text do not count.
UNSAID = {
    "value_error",
    "string_too_short",
    "decimal_max_digits",
    "decimal_max_places",
    "decimal_whole_digits",
    "decimal_parsing",
    "finite_number",
}
ANNOUNCED = {*get_args(ErrorType), "required"} - UNSAID
OWN_RULES = "invalid_custom_fields"
"""By the tenant's own definitions, which generated requests make as well: no document could announce them."""
_numbers = count(1)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key of its own for each request: one that was used before would repeat the answer of then.

    A method that there is not is tried without the longest query that there could be: that is refused for its length.
    """
    if case.meta is not None and coverage_scenario(case) == CoverageScenario.UNSPECIFIED_HTTP_METHOD:
        case.query = {}
    key = case.headers.get(KEY)
    if isinstance(key, str) and key and key.isascii() and key.isprintable():
        case.headers[KEY] = f"generated-{next(_numbers)}"


@schemathesis.check
def valid_requests_are_accepted(ctx: Any, response: Any, case: Any) -> bool | None:
    """In place of `positive_data_acceptance`, which knows only statuses."""
    if case.meta is None or _is_negative(case) or response.status_code not in (400, 422):
        return None
    problem = response.json()
    if problem["code"] == OWN_RULES:
        return None
    codes = sorted(ANNOUNCED.intersection(_codes(problem)))
    if codes:
        raise Failure(operation=case.operation.label, title=f"Refused although valid: {codes}", message=response.text)
    return None


CHECKS.unregister(schemathesis_checks.negative_data_rejection.__name__)


@schemathesis.check
def negative_data_rejection(ctx: Any, response: Any, case: Any) -> bool | None:
    """In place of the one of this name, for which spaces around a text make it too long."""
    try:
        return schemathesis_checks.negative_data_rejection(ctx, response, case)
    except AcceptedNegativeData:
        if any(text != text.strip() for text in _texts(case.body)):
            return None
        raise


def _is_negative(case: Any) -> bool:
    return case.meta is not None and bool(case.meta.generation.mode.is_negative)


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    for part in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from _texts(part)


def _codes(problem: dict[str, Any]) -> Iterable[str]:
    yield problem["code"]
    for each in problem["errors"]:
        yield each["code"]
