"""7.2 and 7.4: bodies packed with gzip or zstd in both directions, and bombs that do not go off."""

import gzip
import sys
from collections.abc import Callable
from random import Random

import httpx
import orjson
import pytest

from tests.contracts.api.collections import CONTACTS, Collection
from tests.contracts.api.problems import problem_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1024 * 1024
CODINGS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (gzip.compress, gzip.decompress),
    "zstd": (zstd.compress, zstd.decompress),
}


def packed(coding: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Content-Encoding": coding}


@pytest.mark.parametrize("coding", CODINGS)
async def test_bodies_may_be_packed(client: httpx.AsyncClient, collection: Collection, coding: str) -> None:
    pack, _ = CODINGS[coding]
    items = [{"op": "create", "data": collection.make()} for _ in range(10)]

    one = await client.post(collection.path, content=pack(orjson.dumps(collection.make())), headers=packed(coding))
    many = await client.post(
        f"{collection.path}/batch", content=pack(orjson.dumps({"items": items})), headers=packed(coding)
    )

    assert (one.status_code, many.status_code) == (201, 200), many.text


@pytest.mark.parametrize("coding", CODINGS)
async def test_answers_are_packed_for_those_who_can_unpack_them(
    client: httpx.AsyncClient, collection: Collection, coding: str
) -> None:
    _, unpack = CODINGS[coding]
    for _ in range(5):
        await collection.create(client)
    plain = await client.get(collection.path, headers={"Accept-Encoding": "identity"})

    async with client.stream("GET", collection.path, headers={"Accept-Encoding": f"br, {coding};q=0.5"}) as response:
        raw = b"".join([piece async for piece in response.aiter_raw()])

    assert response.headers["content-encoding"] == coding
    assert int(response.headers["content-length"]) == len(raw) < len(plain.content)
    assert unpack(raw) == plain.content


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("zstd, gzip", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("br", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_the_clients_weights_choose_the_coding(
    client: httpx.AsyncClient, accepted: str, chosen: str | None
) -> None:
    for _ in range(3):
        await CONTACTS.create(client)

    async with client.stream("GET", CONTACTS.path, headers={"Accept-Encoding": accepted}) as response:
        await anext(response.aiter_raw())

    assert response.headers.get("content-encoding") == chosen


@pytest.mark.parametrize("coding", CODINGS)
async def test_bombs_do_not_go_off(client: httpx.AsyncClient, coding: str) -> None:
    pack, _ = CODINGS[coding]
    noise = Random(7).randbytes(800_000).hex().encode()  # packs to its half

    by_ratio = await client.post(CONTACTS.path, content=pack(b"0" * 4 * MIB), headers=packed(coding))
    by_size = await client.post(CONTACTS.path, content=pack(noise), headers=packed(coding))

    for response in (by_ratio, by_size):
        assert problem_of(response, 413, "payload_too_large")["params"] == {"limit_bytes": MIB, "max_ratio": 20}


@pytest.mark.parametrize("coding", CODINGS)
async def test_what_cannot_be_unpacked_is_refused(client: httpx.AsyncClient, coding: str) -> None:
    pack, _ = CODINGS[coding]
    whole = pack(b'{"full_name": "Ada"}')

    for broken in (b"nonsense", whole[:-4], whole + b"more", whole + whole):
        response = await client.post(CONTACTS.path, content=broken, headers=packed(coding))
        problem_of(response, 400, "malformed_body")


async def test_an_unknown_coding_is_415_and_told_the_known_ones(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    for unknown in ("br", "gzip, gzip"):
        response = await client.post(collection.path, content=b"{}", headers=packed(unknown))

        problem_of(response, 415, "unsupported_media_type")
        assert response.headers["accept-encoding"] == "zstd, gzip"
