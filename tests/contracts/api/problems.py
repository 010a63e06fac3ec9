"""What every answer of 400 and more looks like."""

from typing import Any

import httpx

MEMBERS = {
    "type", "title", "status", "detail", "instance", "code", "params", "errors", "request_id", "retryable",
}  # fmt: skip


def problem_of(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body, once it is seen to be the problem that was expected."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == MEMBERS
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["type"].endswith(f"/{code}")
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.request.url.path
    assert body["request_id"] == response.headers["x-request-id"]
    assert ("retry-after" in response.headers) or not body["retryable"]
    for each in body["errors"]:
        assert set(each) >= {"code", "detail"}
        assert len({"pointer", "parameter", "header"} & set(each)) == 1, each
    return body
