"""Operators: whoever runs the installation. They are no tenant's users, and show one secret of the installation."""

from hmac import compare_digest

from pydantic import SecretStr

from shared.errors import NotFoundError, UnauthenticatedError


class OperatorDoor:
    """Opens for the bearer of `token`; without one it is as if there were no door."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token

    def demand(self, authorization: str) -> None:
        """Raises NotFoundError, UnauthenticatedError."""
        if self._token is None:
            raise NotFoundError("There is nothing at this path.")
        kind, _, given = authorization.partition(" ")
        expected = self._token.get_secret_value().encode()
        if kind.lower() != "bearer" or not compare_digest(given.encode(), expected):
            raise UnauthenticatedError("This is for operators: send `Authorization: Bearer` with the operator token.")
