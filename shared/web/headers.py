"""Request headers where every request passes: one look through the raw ones, no mapping made of them."""

from starlette.types import Scope


def header(scope: Scope, name: str) -> str | None:
    """The value of the first header of that name, which is lower case."""
    wanted = name.encode()
    for key, value in scope["headers"]:
        if key == wanted:
            return str(value, "latin-1")
    return None
