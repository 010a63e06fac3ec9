"""What an erasure's receipt says, and who says so: an Ed25519 signature of this installation (JWS, RFC 7515, RFC 8037).

Nothing in it is about the person but the id, which leads nowhere any more.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from hmac import digest
from typing import Any

import orjson
from joserfc import jws
from joserfc.jwk import OKPKey

from contacts_service.privacy.models import LOG, AnswerStatus, PrivacyRequest, RequestKind

ALGORITHM = "Ed25519"
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 bytes of an Ed25519 key in PKCS 8 (RFC 8410)."""
LOG_KEPT = timedelta(days=14)
KEPT = [
    {
        "what": "orders without the person: number, days, products, amounts",
        "why": "accounting records (Accounting Act B.E. 2543 s. 14, Revenue Code s. 87/3)",
    },
    {"what": "the contact's id, as a tombstone", "why": "so that no later fact brings the person back"},
]


def receipt(request: PrivacyRequest, answers: Sequence[Mapping[str, Any]], secret: str) -> dict[str, Any]:
    """`statement`, its SHA-256, and a signature over it with the key that it is to be checked with."""
    statement = _statement(request, answers)
    body = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
    key = _key(secret)
    return {
        "statement": statement,
        "sha256": sha256(body).hexdigest(),
        "signature": jws.serialize_compact({"alg": ALGORITHM}, body, key, algorithms=[ALGORITHM]),
        "public_key": key.as_dict(private=False),
    }


def _statement(request: PrivacyRequest, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    erased = request.kind == RequestKind.ERASURE
    return {
        "request_id": str(request.id),
        "tenant_id": str(request.tenant_id),
        "contact_id": str(request.contact_id),
        "kind": request.kind,
        "requester": request.requester,
        "requested_at": request.created_at.isoformat(),
        "completed_at": request.completed_at and request.completed_at.isoformat(),
        "services": [
            {"service": each["service"], "status": each["status"], "rows": each["counts"]} for each in answers
        ],
        "kept": KEPT if erased else [],
        "gone_everywhere_at": _last_copy(request, answers) if erased else None,
    }


def _last_copy(request: PrivacyRequest, answers: Sequence[Mapping[str, Any]]) -> str | None:
    """Backups are the operator's. A log that cannot be rewritten forgets by age."""
    if request.completed_at is None:
        return None
    expiring = any(each["service"] == LOG and each["status"] == AnswerStatus.EXPIRING for each in answers)
    return (request.completed_at + (LOG_KEPT if expiring else timedelta())).isoformat()


def _key(secret: str) -> OKPKey:
    seed = digest(secret.encode(), b"samphan privacy receipts", "sha256")
    encoded = b64encode(PKCS8 + seed).decode()
    return OKPKey.import_key(f"-----BEGIN PRIVATE KEY-----\n{encoded}\n-----END PRIVATE KEY-----\n")
