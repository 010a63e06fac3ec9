"""The short way to routes that have a plan: one look-up by the path's beginning, no layer of the framework between."""

import re
from collections import defaultdict
from collections.abc import Iterable

import fastapi
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.problems import answer_to
from shared.web.route import ContractRoute

Entry = tuple["re.Pattern[str]", ContractRoute]


class Dispatcher:
    """ASGI middleware, the innermost. Whatever it does not know goes on to `app`: other routes, and what is no route.

    Routes match in the order of their declaration, as in the framework; those without a plan end the search.
    """

    def __init__(self, app: ASGIApp, routers: Iterable[fastapi.APIRouter]) -> None:
        self._app = app
        self._entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for router in routers:
            for route in router.routes:
                if isinstance(route, ContractRoute):
                    self._add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._find(scope) if scope["type"] == "http" else None
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


def _beginning(path: str) -> str:
    """`/v1/contacts` of `/v1/contacts/{contact_id}`."""
    return "/".join(path.split("/", 3)[:3])
