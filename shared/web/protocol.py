"""HTTP/1.1 as uvicorn parses it; what it cannot parse is refused with a problem, too."""

from http import HTTPStatus

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import BadRequestError, SamphanError
from shared.ids import new_id
from shared.web.problems import MEDIA_TYPE, problem_body


class MalformedRequest(BadRequestError):
    code = "malformed_request"


class ProblemProtocol(HttpToolsProtocol):
    def send_400_response(self, msg: str) -> None:
        self.refuse(MalformedRequest(f"{msg} Check its first line, its headers, and that the URL is short enough."))

    def refuse(self, error: SamphanError) -> None:
        """No app sees such a request, so the answer is written here, unless one is on its way."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(error))
        self.transport.close()


def _answer(error: SamphanError) -> bytes:
    request_id = str(new_id())
    body = orjson.dumps(problem_body(error) | {"instance": "", "request_id": request_id})
    head = [
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
        f"content-type: {MEDIA_TYPE}",
        f"content-length: {len(body)}",
        f"x-request-id: {request_id}",
        "cache-control: no-store",
        "connection: close",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body
