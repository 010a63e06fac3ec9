"""Problems (RFC 9457) as exceptions."""

from typing import Any

import httpx


class ApiError(Exception):
    """`code` is stable; `detail` is for developers, `problem["title"]` for people."""

    def __init__(self, problem: dict[str, Any], response: httpx.Response) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.problem = problem
        self.response = response
        self.status: int = problem["status"]
        self.code: str = problem["code"]
        self.errors: list[dict[str, str]] = problem["errors"]
        self.retryable: bool = problem["retryable"]


def problem_of(response: httpx.Response) -> dict[str, Any]:
    """Raises httpx.HTTPStatusError where something on the way to the API answered in its stead."""
    response.read()
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        response.raise_for_status()
    problem: dict[str, Any] = response.json()
    return problem
