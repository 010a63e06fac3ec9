"""The short way to routes that have a plan: one look-up by the path's beginning, no layer of the framework between."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

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
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            return await self._app(scope, receive, send)
        route, path_values = found
        scope["route"] = route
        assert route.plan is not None
        try:
            request = route.bounded(scope, receive)
            response = await route.plan.run(request, path_values)
        except Exception as error:  # whatever it is that an answer is known to; the rest is raised again
            response = answer_to(fastapi.Request(scope), error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[ContractRoute, dict[str, Any]] | None:
        path = scope["path"]
        for pattern, route in self._entries.get((scope["method"], _beginning(path)), ()):
            match = pattern.match(path)
            if match is not None:
                return (route, match.groupdict()) if route.plan is not None else None
        return None

    def _add(self, route: ContractRoute) -> None:
        for method in route.methods or ():
            self._entries[method, _beginning(route.path)].append((route.path_regex, route))


def _beginning(path: str) -> str:
    """`/v1/contacts` of `/v1/contacts/{contact_id}`."""
    return "/".join(path.split("/", 3)[:3])
