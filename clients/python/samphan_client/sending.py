"""Credentials, idempotency keys and retries, below the generated client."""

import random
import re
import time
from typing import Any
from uuid import uuid4

import httpx

from samphan_client.errors import ApiError, problem_of
from samphan_client.generated import AuthenticatedClient

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_KEYS = re.compile(r"^/v1/(auth/|api-keys$)")  # their answers hold secrets, which are never kept for a key
KEY = "Idempotency-Key"
LONGEST_WAIT_S = 30.0


def create_client(
    base_url: str,
    *,
    api_key: str,
    retries: int = 2,
    timeout_s: float = 30,
    transport: httpx.BaseTransport | None = None,
) -> AuthenticatedClient:
    """For the functions of `samphan_client.generated.api`. They raise ApiError instead of returning problems."""
    sending = Sending(transport or httpx.HTTPTransport(), retries)
    arguments: dict[str, Any] = {"transport": sending}
    return AuthenticatedClient(base_url=base_url, token=api_key, timeout=httpx.Timeout(timeout_s), httpx_args=arguments)


class Sending(httpx.BaseTransport):
    def __init__(self, transport: httpx.BaseTransport, retries: int) -> None:
        self._transport = transport
        self._retries = retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ApiError."""
        is_repeatable = request.method in SAFE or _give_key(request)
        for attempt in range(self._retries + 1):
            is_last = attempt == self._retries
            try:
                response = self._transport.handle_request(request)
            except httpx.TransportError:
                if is_last or not is_repeatable:
                    raise
                wait_s = _backoff_s(attempt)
            else:
                if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
                    return response
                wait_s = _refused(request, response, attempt, is_last=is_last)
            time.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._transport.close()


def _give_key(request: httpx.Request) -> bool:
    if WITHOUT_KEYS.match(request.url.path):
        return False
    request.headers.setdefault(KEY, str(uuid4()))
    return True


def _refused(request: httpx.Request, response: httpx.Response, attempt: int, *, is_last: bool) -> float:
    """Seconds until the request may be repeated. Raises what cannot be."""
    response.request = request
    problem = problem_of(response)
    asked_s = float(response.headers.get("retry-after", _backoff_s(attempt)))
    if is_last or not problem["retryable"] or asked_s > LONGEST_WAIT_S:
        raise ApiError(problem, response)
    return asked_s


def _backoff_s(attempt: int) -> float:
    return 0.2 * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, hides nothing
