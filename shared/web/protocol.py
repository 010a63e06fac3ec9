"""HTTP/1.1 as uvicorn parses it; what it cannot parse is refused with a problem, too."""

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import BadRequestError
from shared.ids import new_id
from shared.web.problems import MEDIA_TYPE, problem_body


class MalformedRequest(BadRequestError):
    code = "malformed_request"


class ProblemProtocol(HttpToolsProtocol):
    def send_400_response(self, msg: str) -> None:
        """No app sees such a request, so the answer is written here."""
        request_id = str(new_id())
        error = MalformedRequest(f"{msg} Check its first line, its headers, and that the URL is short enough.")
        body = orjson.dumps(problem_body(error) | {"instance": "", "request_id": request_id})
        head = [
            "HTTP/1.1 400 Bad Request",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(body)}",
            f"x-request-id: {request_id}",
            "cache-control: no-store",
            "connection: close",
            "",
            "",
        ]
        self.transport.write("\r\n".join(head).encode() + body)
        self.transport.close()
