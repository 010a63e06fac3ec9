"""The short way to routes that have a plan: one look-up by the path's beginning, no layer of the framework between."""

import re
from collections import defaultdict
from collections.abc import Iterable

import fastapi
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.problems import MethodNotAllowed, answer, answer_to
from shared.web.route import ContractRoute

Entry = tuple["re.Pattern[str]", ContractRoute]


class Dispatcher:
    """ASGI middleware, the innermost. Whatever it does not know goes on to `app`: other routes, and what is no route.

    Routes match in the order of their declaration, as in the framework; those without a plan end the search. A path
    without parameters is what it says: methods that it does not know are 405.
    """

    def __init__(self, app: ASGIApp, routers: Iterable[fastapi.APIRouter]) -> None:
        self._app = app
        self._entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._methods: dict[str, set[str]] = {}
        for router in routers:
            for route in router.routes:
                if isinstance(route, ContractRoute):
                    self._add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = self._methods.get(scope["path"])
        if known is not None and scope["method"] not in known:  # or `search` would be read as the id of a record
            return await _refusal(scope, known)(scope, receive, send)
        route = self._find(scope)
        if route is None or route.answer is None:
            return await self._app(scope, receive, send)
        scope["route"] = route
        try:
            response = await route.answer(route.bounded(scope, receive))
        except Exception as error:  # whatever it is that an answer is known to; the rest is raised again
            response = answer_to(fastapi.Request(scope), error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> ContractRoute | None:
        path = scope["path"]
        for pattern, route in self._entries.get((scope["method"], _beginning(path)), ()):
            match = pattern.match(path)
            if match is not None:
                scope["path_params"] = match.groupdict()
                return route
        return None

    def _add(self, route: ContractRoute) -> None:
        for method in route.methods or ():
            self._entries[method, _beginning(route.path)].append((route.path_regex, route))
        if not route.param_convertors:
            self._methods.setdefault(route.path, set()).update(route.methods or ())


def _refusal(scope: Scope, known: set[str]) -> ASGIApp:
    allowed = ", ".join(sorted({*known, "OPTIONS"}))
    error = MethodNotAllowed(f"{scope['method']} is not possible here.", headers={"Allow": allowed})
    return answer(fastapi.Request(scope), error)


def _beginning(path: str) -> str:
    """`/v1/contacts` of `/v1/contacts/{contact_id}`."""
    return "/".join(path.split("/", 3)[:3])
