"""What holds for every operation of the document, whoever wrote it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.ids import new_id
from tests.contracts.api.problems import problem_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"
FORMS = {"/v1/auth/token", "/v1/auth/revoke"}
"""As OAuth 2 has them: they take forms, from those who have no token yet."""
OPENED_BY_LINK = {"/v1/privacy-exports/{token}": "invalid_link"}
"""The link is the credential, and says what is wrong with it."""
METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    has_answer: bool
    is_public: bool = False

    @property
    def address(self) -> str:
        """With ids that nobody has."""
        return "/".join(str(new_id()) if part.startswith("{") else part for part in self.path.split("/"))


def operations() -> Iterator[Operation]:
    for path, item in json.loads(DOCUMENT.read_text())["paths"].items():
        for method in METHODS & set(item):
            answers = {status for status in item[method]["responses"] if status.startswith("2")}
            is_public = item[method].get("security") == []
            yield Operation(method.upper(), path, has_answer=answers != {"204"}, is_public=is_public)


def test_the_document_has_them_all() -> None:
    found = list(operations())

    assert len(found) > 60
    assert sum(operation.is_public for operation in found) < 10


def paths() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for operation in operations():
        found.setdefault(operation.path, set()).add(operation.method)
    return found


async def _call(client: httpx.AsyncClient, operation: Operation, query: str = "", **headers: str) -> httpx.Response:
    body = b"{}" if operation.method in ("POST", "PUT", "PATCH") else None
    kind = {"Content-Type": "application/json"} if body else {}
    return await client.request(operation.method, operation.address + query, content=body, headers={**kind, **headers})


async def test_a_typing_error_in_the_query_is_422(client: httpx.AsyncClient) -> None:
    for operation in operations():
        response = await _call(client, operation, "?shoe_size=43")

        problem = problem_of(response, 422, "unknown_field")
        assert problem["errors"][0]["parameter"] == "shoe_size", operation


async def test_who_reads_no_answer_of_ours_is_told_406(client: httpx.AsyncClient) -> None:
    for operation in operations():
        if operation.has_answer:
            problem_of(await _call(client, operation, Accept="image/png"), 406, "not_acceptable")


async def test_nobody_is_401(nobody: httpx.AsyncClient) -> None:
    for operation in operations():
        if not operation.is_public:
            response = await _call(nobody, operation)
            problem_of(response, 401, OPENED_BY_LINK.get(operation.path, "unauthenticated"))
            assert response.headers["www-authenticate"] == "Bearer", operation


async def test_options_and_405_name_the_documents_methods(client: httpx.AsyncClient) -> None:
    for path, methods in paths().items():
        asked = Operation("OPTIONS", path, has_answer=False)
        expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())

        response = await _call(client, asked)

        allowed = {each.strip() for each in response.headers["allow"].split(",")}
        assert (response.status_code, allowed >= expected) == (204, True), (path, allowed)
        for refused in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed):
            answer = await _call(client, Operation(refused, path, has_answer=True))
            problem_of(answer, 405, "method_not_allowed")
            assert answer.headers["allow"] == response.headers["allow"]
