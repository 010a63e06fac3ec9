"""Roles, and the scopes that each brings. A right needs the scope here and the row's visibility in the service."""

from collections.abc import Iterable
from enum import StrEnum

BUSINESS = ("contacts", "interactions", "campaigns", "analytics")


class Role(StrEnum):
    ADMIN = "admin"
    MANAGER = "manager"
    SALES = "sales"
    SERVICE = "service"
    VIEWER = "viewer"


def _reads() -> frozenset[str]:
    return frozenset(f"{resource}:read" for resource in BUSINESS)


SCOPES: dict[Role, frozenset[str]] = {
    Role.ADMIN: frozenset({"*"}),
    Role.MANAGER: frozenset(
        {f"{resource}:*" for resource in BUSINESS}
        | {"audit:read", "exports:*", "privacy:*", "users:read", "warranties:*"}
    ),
    Role.SALES: _reads() | {"contacts:write", "interactions:*", "users:read", "warranties:write"},
    Role.SERVICE: _reads() | {"contacts:write", "interactions:*", "users:read", "warranties:write"},
    Role.VIEWER: _reads(),
}


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """Unknown roles bring nothing."""
    return frozenset[str]().union(*(SCOPES[role] for role in Role if role in set(roles)))
