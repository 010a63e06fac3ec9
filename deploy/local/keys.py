"""Secrets of a local installation, made once and kept under the data directory."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import OKPKey

from deploy.local.private_files import write_private


@dataclass(frozen=True)
class Keys:
    """The pair that signs internal tokens, as JWK JSON; the secrets of cursors, derived passwords and operators.

    `privacy_secret` must outlive everything else: opt-outs of addresses are kept under it.
    """

    token_private_key: str
    token_public_key: str
    cursor_secret: str
    database_secret: str
    operator_token: str
    privacy_secret: str


def keep_keys(data_dir: Path) -> Keys:
    """The keys of `data_dir`, made on first use: those, too, that an older release did not know."""
    file = data_dir / "keys.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    keys = Keys(**{**vars(_make()), **kept})
    if vars(keys) != kept:
        write_private(file, json.dumps(vars(keys)))
    return keys


def _make() -> Keys:
    pair = OKPKey.generate_key("Ed25519")
    private, public = (json.dumps(pair.as_dict(private=private)) for private in (True, False))
    return Keys(private, public, *(secrets.token_urlsafe(32) for _ in range(4)))
