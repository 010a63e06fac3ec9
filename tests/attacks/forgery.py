"""Tokens by hand: any header, any payload, any signature."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from random import Random
from time import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = Mapping[str, Any]
Sign = Callable[[bytes], bytes]
DEEP = 2_000
EVIL = "https://127.0.0.1:1/keys"


class Signer:
    """The holder of an Ed25519 key, real or an attacker's own."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key()

    @classmethod
    def of(cls, jwk: str) -> "Signer":
        return cls(Ed25519PrivateKey.from_private_bytes(unpacked(json.loads(jwk)["d"])))

    @property
    def public_forms(self) -> dict[str, bytes]:
        """The public key in the spellings that a library may mistake for a shared secret."""
        raw = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        pem = self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        jwk = json.dumps({"crv": "Ed25519", "x": packed(raw), "kty": "OKP"}).encode()
        return {"raw": raw, "pem": pem, "pem, stripped": pem.strip(), "jwk": jwk}

    def token(self, header: Any, claims: Any) -> str:
        return assembled(header, claims, self._key.sign)


def packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def assembled(header: Any, claims: Any, sign: Sign) -> str:
    parts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, claims)]
    signed = ".".join(map(packed, parts))
    return f"{signed}.{packed(sign(signed.encode()))}"


def unsigned(header: Json, claims: Json) -> Iterator[tuple[str, str]]:
    """`none` in all spellings, and signatures under secrets that are none."""
    for name in ("none", "None", "NONE", "nOnE", "", "null"):
        yield f"alg {name!r}", assembled({**header, "alg": name}, claims, lambda _: b"")
        yield f"alg {name!r} with a signature", assembled({**header, "alg": name}, claims, lambda _: b"x" * 64)
    yield "no alg", assembled({"typ": "JWT"}, claims, lambda _: b"")


def confused(header: Json, claims: Json, real: Signer) -> Iterator[tuple[str, str]]:
    """The public key as a shared secret; algorithms that the key is not for."""
    for form, secret in real.public_forms.items():
        yield f"HS256 with the public key ({form})", assembled({**header, "alg": "HS256"}, claims, _hs256(secret))
    for name in ("HS256", "HS384", "RS256", "PS256", "ES256", "ES256K", "Ed448", "A128KW", "dir"):
        yield f"alg {name}", assembled({**header, "alg": name}, claims, _hs256(b"secret"))


def pointed(header: Json, claims: Json) -> Iterator[tuple[str, str]]:
    """Signed with a key of the attacker's, to which the header points."""
    own = Signer(Ed25519PrivateKey.generate())
    public = json.loads(own.public_forms["jwk"])
    for name in (
        "../../../../dev/null",
        "/proc/self/environ",
        "' or 1=1 --",
        "\x00",
        "file:///dev/null",
        EVIL,
        "a" * 5000,
    ):
        yield f"kid {name[:24]!r}", own.token({**header, "kid": name}, claims)
        yield (
            f"kid {name[:24]!r}, empty secret",
            assembled({**header, "alg": "HS256", "kid": name}, claims, _hs256(b"")),
        )
    for name, value in {"jku": EVIL, "x5u": EVIL, "jwk": public, "x5c": ["AAAA"], "x5t": "AAAA"}.items():
        yield f"{name} of the attacker's", own.token({**header, name: value}, claims)
    yield "the attacker's key", own.token(header, claims)


def misused(header: Json, claims: Json, real: Signer) -> Iterator[tuple[str, str]]:
    """Signed with the real key, but not for this door, not now, or not understood."""
    now = int(time())
    changes: Mapping[str, Json] = {
        "another audience": {"aud": "somebody"},
        "no audience": {"aud": None},
        "an empty list of audiences": {"aud": []},
        "another issuer": {"iss": "https://evil.example"},
        "no issuer": {"iss": None},
        "expired": {"exp": now - 3600, "iat": now - 7200},
        "no expiry": {"exp": None},
        "expiry as text": {"exp": "never"},
        "expiry as list": {"exp": [now + 300]},
        "not yet valid": {"nbf": now + 3600},
        "no subject": {"sub": None},
    }
    for name, change in changes.items():
        yield name, real.token(header, {key: each for key, each in {**claims, **change}.items() if each is not None})
    for crit in (["unknown"], ["exp"], "exp", [], {"a": 1}, ["b64"]):
        yield f"crit {crit}", real.token({**header, "crit": crit, "b64": True, "unknown": 1}, claims)


def malformed(header: Json, claims: Json, real: Signer) -> Iterator[tuple[str, str]]:
    """What is not even a token, some of it with a good signature."""
    deep = b"[" * DEEP + b"]" * DEEP
    odd: list[Any] = [[], "text", 5, None, True, {}]
    for each in (*odd, {"alg": []}, {"alg": {}}, {"alg": None}, {"alg": "Ed25519", "kid": []}):
        yield f"header {each!r}", real.token(each, claims)
    for each in odd:
        yield f"payload {each!r}", real.token(header, each)
    for name, raw in {
        "deep": deep,
        "not UTF-8": b"\xff\xfe",
        "a long number": b"9" * 5000,
        "NaN": b'{"exp": NaN}',
    }.items():
        yield f"header {name}", real.token(raw, claims)
        yield f"payload {name}", real.token(header, raw)
        yield f"alg beside {name}", real.token(b'{"alg": "Ed25519", "typ": "at+jwt", "x": %b}' % raw, claims)
    good = real.token(header, claims)
    first, second, third = good.split(".")
    texts = [
        *("", ".", "..", "...", "é" * 9, "A" * 12_000, "." * 12_000),
        *(f"{first}.{second}", f"{first}.{second}.", f".{second}.{third}", f"{first}..{third}", f"{good}."),
        *(f"{good}.{third}", f"{first}.{second}.{third}{third}", f"{second}.{first}.{third}"),
        *(f"{good}.{third}.{third}", json.dumps({"payload": second, "signature": third})),
        f"{first}.{'A' * 10_000}.{third}",
    ]
    for text in texts:
        yield f"malformed {text[:24]!r} ({len(text)})", text


def damaged(good: str, random: Random, count: int) -> Iterator[tuple[str, str]]:
    """Single bits of what is signed or signs, flipped; and beginnings."""
    for _ in range(count):
        parts = [bytearray(unpacked(part)) for part in good.split(".")]
        chosen = random.randrange(3)
        place = random.randrange(len(parts[chosen]))
        parts[chosen][place] ^= 1 << random.randrange(8)
        yield f"a bit flipped in part {chosen}, byte {place}", ".".join(packed(bytes(part)) for part in parts)
    for length in random.sample(range(1, len(good) - 2), min(count, len(good) - 3)):
        yield f"cut after {length}", good[:length]


def _hs256(secret: bytes) -> Sign:
    return lambda signed: hmac.new(secret, signed, sha256).digest()
