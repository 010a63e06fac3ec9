"""Content codings both ways: zstd (RFC 8878) and gzip, with a bound on what a body may unpack to."""

import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from shared.errors import PayloadTooLargeError
from shared.web.problems import MalformedBody

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1
GZIP_WINDOW = 31
# 8 MiB: what RFC 8878 asks every decoder to support
ZSTD_WINDOW: Mapping[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
MAX_RATIO = 20


class Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Coding:
    name: bytes
    pack: Callable[[bytes], bytes]
    unpacker: Callable[[], Unpacker]


ZSTD = Coding(b"zstd", lambda body: zstd.compress(body, LEVEL), lambda: zstd.ZstdDecompressor(options=ZSTD_WINDOW))
GZIP = Coding(
    b"gzip",
    lambda body: zlib.compress(body, LEVEL, wbits=GZIP_WINDOW),
    lambda: zlib.decompressobj(wbits=GZIP_WINDOW),
)
CODINGS = {coding.name: coding for coding in (ZSTD, GZIP)}
ACCEPTED = ", ".join(name.decode() for name in CODINGS)


@lru_cache(maxsize=256)
def best_coding(accept_encoding: bytes) -> Coding | None:
    """The one that the client weighs highest; of equals zstd, which packs JSON better in less time."""
    weights = dict(_weighed(part) for part in accept_encoding.lower().split(b",") if part.strip())
    anything = weights.get(b"*", 0.0)
    best = max(CODINGS.values(), key=lambda coding: weights.get(coding.name, anything))
    return best if weights.get(best.name, anything) > 0 else None


def unpacked(coding: Coding, packed: bytes, limit: int) -> bytes:
    """At most `limit` bytes, and 20 times the packed size. Raises PayloadTooLargeError, MalformedBody."""
    bound = min(limit, len(packed) * MAX_RATIO)
    unpacker = coding.unpacker()
    name = coding.name.decode()
    try:
        body = unpacker.decompress(packed, bound + 1)
    except (zlib.error, zstd.ZstdError) as error:
        raise MalformedBody(f"The body is not valid {name}.") from error
    if len(body) > bound:
        raise PayloadTooLargeError(
            f"Unpacked, the body is larger than {limit} bytes or {MAX_RATIO} times its packed size.",
            limit_bytes=limit,
            max_ratio=MAX_RATIO,
        )
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedBody(f"The {name} body ends too early, or too late.")
    return body


def _weighed(part: bytes) -> tuple[bytes, float]:
    name, _, parameter = part.partition(b";")
    weight = parameter.replace(b" ", b"").removeprefix(b"q=")
    try:
        return name.strip(), float(weight) if weight else 1.0
    except ValueError:
        return name.strip(), 0.0
