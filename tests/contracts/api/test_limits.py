"""7.4: what is too large or too deep is refused where it arrives, and says how much fits."""

import httpx
import pytest

from tests.contracts.api.collections import CONTACTS, Collection
from tests.contracts.api.problems import problem_of

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


async def test_a_url_has_at_most_8_kib(client: httpx.AsyncClient, collection: Collection) -> None:
    field, _ = collection.text
    room = 8192 - len(f"{collection.path}{field}=")

    fits = await client.get(f"{collection.path}?{field}=" + "x" * 400)
    too_long = await client.get(f"{collection.path}?{field}=" + "x" * (room + 1))

    assert fits.status_code == 200
    assert problem_of(too_long, 414, "url_too_long")["params"] == {"limit_bytes": 8192}


async def test_headers_have_at_most_16_kib(client: httpx.AsyncClient, collection: Collection) -> None:
    fits = await client.get(collection.path, headers={"X-Padding": "x" * 15_000})
    too_large = await client.get(collection.path, headers={"X-Padding": "x" * 16_384})

    assert fits.status_code == 200
    assert problem_of(too_large, 431, "headers_too_large")["params"] == {"limit_bytes": 16_384}


async def test_json_has_at_most_1_mib_and_a_batch_5(client: httpx.AsyncClient, collection: Collection) -> None:
    for path, limit in ((collection.path, MIB), (f"{collection.path}/batch", 5 * MIB)):
        body = b'{"items": "' + b"x" * (limit - 13) + b'"}'

        fits = await client.post(path, content=body, headers=JSON)
        too_large = await client.post(path, content=body + b" ", headers=JSON)

        problem_of(fits, 422, "validation_failed")
        assert problem_of(too_large, 413, "payload_too_large")["params"] == {"limit_bytes": limit}


async def test_json_is_nested_at_most_32_deep(client: httpx.AsyncClient, collection: Collection) -> None:
    def nested(depth: int) -> bytes:
        return b'{"deep": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    fits, too_deep, endless = [
        await client.post(collection.path, content=nested(depth), headers=JSON) for depth in (32, 33, 40_000)
    ]

    assert "unknown_field" in [each["code"] for each in problem_of(fits, 422, "validation_failed")["errors"]]
    assert "32 levels" in problem_of(too_deep, 422, "validation_failed")["detail"]
    problem_of(endless, 400, "malformed_json")


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
async def test_a_text_holds_no_nul(client: httpx.AsyncClient, text: str) -> None:
    in_body = await client.post(CONTACTS.path, json={"full_name": text})
    in_query = await client.get(CONTACTS.path, params={"email": text})

    problem_of(in_body, 422, "invalid_character")
    problem_of(in_query, 422, "invalid_character")
