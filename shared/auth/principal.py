"""The caller, as the gateway vouches for it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.errors import ForbiddenError

EVERYTHING = "*"
LINKS = "links:use"
"""The scope of whoever holds a signed link; the link says whose data it opens."""


class Visibility(StrEnum):
    """Whose records a caller sees."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


class InsufficientScope(ForbiddenError):
    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class Principal:
    """`kind` is `user`, `integration` or `public`; `scopes` are `resource:action`, `resource:*` or `*`."""

    tenant_id: UUID
    actor_id: UUID
    kind: str
    scopes: frozenset[str]
    visibility: Visibility = Visibility.ALL

    def may(self, scope: str) -> bool:
        resource, _, _ = scope.partition(":")
        return scope in self.scopes or f"{resource}:*" in self.scopes or EVERYTHING in self.scopes

    def may_give(self, scope: str) -> bool:
        """Nobody gives what they do not have."""
        resource, _, action = scope.partition(":")
        if EVERYTHING in self.scopes or f"{resource}:*" in self.scopes:
            return True
        return action != "*" and scope != EVERYTHING and scope in self.scopes

    def demand(self, scope: str) -> None:
        """Raises InsufficientScope."""
        if not self.may(scope):
            raise InsufficientScope(
                f"This needs the scope {scope}. Ask an administrator for a role or an API key that has it.",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
                scope=scope,
            )


NIL = UUID(int=0)
ANYBODY = Principal(NIL, NIL, "public", frozenset({LINKS}))
"""The caller of a public path, of no tenant: row-level security shows it nothing until a link has named one."""
