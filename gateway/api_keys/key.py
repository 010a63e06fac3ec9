"""The text of an API key: `crm_live_<12 characters of key id>_<43 of secret><6 of checksum>`, all base62.

The checksum (CRC32 of everything before it) lets scanners and clients tell a key from a typing error by themselves.
"""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from zlib import crc32

PREFIX = "crm_live_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 12
SECRET_BYTES = 32
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6
SHAPE = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclass(frozen=True, slots=True)
class Key:
    key_id: str
    secret: str

    @property
    def text(self) -> str:
        body = f"{PREFIX}{self.key_id}_{self.secret}"
        return body + checksum(body)

    @property
    def hint(self) -> str:
        """Enough to recognise a key, of no use to anyone."""
        return PREFIX + self.key_id

    @property
    def secret_hash(self) -> bytes:
        """Plain SHA-256: the secret has 256 random bits, so nothing slower is needed."""
        return sha256(self.secret.encode()).digest()


def new_key() -> Key:
    key_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    return Key(key_id, base62(int.from_bytes(secrets.token_bytes(SECRET_BYTES)), SECRET_LENGTH))


def parse(text: str) -> Key | None:
    """None if the text is not a key or its checksum is wrong."""
    found = SHAPE.fullmatch(text)
    if found is None or checksum(text[:-CHECKSUM_LENGTH]) != found[3]:
        return None
    return Key(found[1], found[2])


def checksum(body: str) -> str:
    return base62(crc32(body.encode()), CHECKSUM_LENGTH)


def base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
