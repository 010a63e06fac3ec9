"""`Prefer: return=minimal` (RFC 7240): a write answers with its ETag and Location, without the record."""

from fastapi import Response

MINIMAL = b"return=minimal"


def prefers_minimal(prefer: bytes) -> bool:
    return any(part.partition(b";")[0].strip().lower() == MINIMAL for part in prefer.split(b","))


def minimal(response: Response) -> Response:
    """The answer without its record; other answers (lists, batches, operations) stay whole."""
    if response.status_code not in (200, 201) or "etag" not in response.headers:
        return response
    headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    status = 201 if response.status_code == 201 else 204
    return Response(status_code=status, headers={**headers, "Preference-Applied": MINIMAL.decode()})
