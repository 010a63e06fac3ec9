"""Keys for one purpose each, from the service's one secret that must stay the same: opt-outs are kept under it."""

from hashlib import sha256
from hmac import new as hmac

from pydantic import SecretStr


def key_for(secret: SecretStr, purpose: str) -> bytes:
    """32 bytes that tell nothing of the keys for other purposes."""
    return hmac(secret.get_secret_value().encode(), purpose.encode(), sha256).digest()
