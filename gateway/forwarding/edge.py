"""The outermost layers in one: sizes, identity, rates, the way to a service, the answer's headers."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import routes
from gateway.auth.callers import Caller, Callers
from gateway.forwarding import cors
from gateway.forwarding.answers import Answer
from gateway.forwarding.bodies import BODY_HEADERS, Body, ClientGone, limit_of, open_body
from gateway.forwarding.codings import best_coding
from gateway.forwarding.forward import Request, forward, forward_in_turn
from gateway.forwarding.upstream import Upstream
from gateway.forwarding.wire import size
from gateway.rates import Meter, Rates
from gateway.routes import LOCAL, Target
from gateway.settings import Settings
from shared.auth import TokenMinter
from shared.auth.operators import OperatorDoor
from shared.auth.principal import ANYBODY
from shared.errors import NotFoundError, SamphanError, UnauthenticatedError
from shared.web.problems import database_error, language_of, problem
from shared.web.protocol import MAX_URL_BYTES, UrlTooLong

MAX_HEADER_BYTES = 16 * 1024
MAX_DEADLINE_MS = 30_000
CALLERS_HEADERS = "samphan.headers"
"""The key of our own routes' scope for the headers as the client sent them, its credential among them."""
# What a client may say to a service. Identity, deadline and length are ours to say.
FORWARDED = frozenset(
    {
        b"accept",
        b"accept-language",
        b"content-disposition",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"last-event-id",
        b"prefer",
        b"range",
        b"traceparent",
        b"tracestate",
        b"user-agent",
    }
)


class HeadersTooLarge(SamphanError):
    status = 431
    code = "headers_too_large"


class Edge:
    """ASGI middleware: what belongs to a service is forwarded, the rest goes on to `app` with a token for ourselves.

    Whatever goes wrong is answered as a problem.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        callers: Callers,
        minter: TokenMinter,
        rates: Rates,
        origins: cors.Origins,
        upstreams: Mapping[str, Upstream],
    ) -> None:
        self._app = app
        self._settings = settings
        self._callers = callers
        self._minter = minter
        self._rates = rates
        self._origins = origins
        self._upstreams = upstreams
        self._operators = OperatorDoor(settings.operator_token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in routes.HEALTH:
            return await self._app(scope, receive, send)
        headers = dict(scope["headers"])
        answer = Answer(
            send,
            scope["method"],
            coding=best_coding(headers.get(b"accept-encoding", b"")),
            https=scope["scheme"] == "https",
        )
        try:
            await self._pass(scope, headers, receive, answer)
        except ClientGone:
            return
        except (SamphanError, OSError, TimeoutError) as error:
            made = error if isinstance(error, SamphanError) else database_error(error)
            if answer.started or made is None:
                raise
            await self._refuse(scope, headers, made, receive, answer)

    async def _pass(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, answer: Answer) -> None:
        check_sizes(scope)
        origin = headers.get(b"origin")
        if origin is not None and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            answer.meter = self._anonymous(scope)
            return await cors.preflight(origin, self._origins, answer)
        target = routes.find(scope["path"])
        if target is None:
            raise NotFoundError("There is nothing at this path.")
        scope["route"] = target
        caller = await self._identify(headers, target)
        if origin is not None:
            answer.extra = await cors.answer_headers(origin, caller, self._origins)
        if caller is None:
            answer.meter = self._anonymous(scope)
        else:
            search = scope["path"].endswith("/search")
            answer.meter = self._rates.meter(caller.principal.actor_id.int, anonymous=False, search=search)
        answer.meter.demand()
        await self._deliver(scope, headers, target, caller, receive, answer)

    def _anonymous(self, scope: Scope) -> Meter:
        """Of whoever has no credential, or no valid one."""
        return self._rates.meter(_address(scope), anonymous=True, search=False)

    async def _identify(self, headers: Mapping[bytes, bytes], target: Target) -> Caller | None:
        """None for the public, and for operators. Raises UnauthenticatedError, InvalidToken, UnknownTenant."""
        if target.public:
            return None
        if target.for_operators:
            self._operators.demand(headers.get(b"authorization", b"").decode("latin-1"))
            return None
        kind, _, credential = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"bearer" or not credential:
            raise UnauthenticatedError("Send `Authorization: Bearer` with an API key or an access token.")
        return self._callers.known(credential) or await self._callers.find(credential)

    async def _deliver(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        target: Target,
        caller: Caller | None,
        receive: Receive,
        answer: Answer,
    ) -> None:
        if BODY_HEADERS.isdisjoint(headers):
            body = Body(b"", receive, 0)
        else:
            limit = limit_of(scope["path"], headers.get(b"content-type", b""), uploads=target.uploads)
            body = await open_body(headers, receive, limit)
        forwarded = [(name, value) for name, value in headers.items() if name in FORWARDED]
        forwarded.append((b"x-request-id", scope["request_id"].encode()))
        if body.kept is None and b"content-length" in headers:
            forwarded.append((b"content-length", headers[b"content-length"]))
        request = Request(scope, forwarded, body, self._deadline_s(headers, target))
        if target.is_local:
            return await self._answer_here(request, caller, answer)
        if len(target.upstreams) == 1:
            name = target.upstreams[0]
            return await forward(
                request, self._upstreams[name], self._authorization(headers, target, caller, name), answer
            )
        vouched = [
            (self._upstreams[name], self._authorization(headers, target, caller, name)) for name in target.upstreams
        ]
        await forward_in_turn(request, vouched, answer)

    def _authorization(
        self, headers: Mapping[bytes, bytes], target: Target, caller: Caller | None, service: str
    ) -> bytes:
        """Services see tokens of ours; an operator's own goes on as it is, for they check it, too."""
        if caller is not None:
            return caller.authorization(self._minter, service)
        if target.for_operators:
            return headers[b"authorization"]
        return b"Bearer " + self._minter.mint(ANYBODY, service).encode()

    async def _answer_here(self, request: Request, caller: Caller | None, answer: Answer) -> None:
        authorization = caller.authorization(self._minter, LOCAL) if caller is not None else b""
        inner = {**request.scope, **request.to(authorization), CALLERS_HEADERS: request.scope["headers"]}
        try:
            await self._app(inner, request.body.reader(), answer)
        finally:
            request.scope["route"] = inner.get("route", request.scope["route"])

    def _deadline_s(self, headers: Mapping[bytes, bytes], target: Target) -> float:
        if target.uploads:
            return self._settings.upload_deadline_ms / 1000
        text = headers.get(b"x-deadline-ms", b"")
        given = int(text) if text.isdigit() and len(text) < 10 else 0
        return min(given or self._settings.default_deadline_ms, MAX_DEADLINE_MS) / 1000

    async def _refuse(
        self, scope: Scope, headers: Mapping[bytes, bytes], error: SamphanError, receive: Receive, answer: Answer
    ) -> None:
        origin = headers.get(b"origin")
        if answer.meter is None:
            answer.meter = self._anonymous(scope)
        if isinstance(error, UnauthenticatedError):
            error = _counted(error, answer.meter)
            if origin is not None:
                answer.extra = await cors.answer_headers(origin, None, self._origins)
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        response = problem(scope["request_id"], language, scope["path"], error)
        await response(scope, receive, answer)


def _counted(error: UnauthenticatedError, meter: Meter) -> SamphanError:
    """Failed credentials count against the address: guessing ends in 429."""
    try:
        meter.demand()
    except SamphanError as refused:
        return refused
    return error


def check_sizes(scope: Scope) -> None:
    """Raises UrlTooLong, HeadersTooLarge."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_URL_BYTES:
        raise UrlTooLong
    if size(scope["headers"]) > MAX_HEADER_BYTES:
        raise HeadersTooLarge(f"The headers are larger than {MAX_HEADER_BYTES} bytes.", limit_bytes=MAX_HEADER_BYTES)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
