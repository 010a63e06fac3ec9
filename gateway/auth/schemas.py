"""The token endpoint's input and output, after OAuth 2.0 (RFC 6749) where it fits."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from shared.web import ReadModel, WriteModel, examples

Secret = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]


class PasswordGrant(WriteModel):
    """`username` is the e-mail address. `tenant_id` is needed only where an address has accounts in several tenants."""

    model_config = examples(
        {"grant_type": "password", "username": "malee@example.com", "password": "correct horse battery"}
    )

    grant_type: Literal["password"]
    username: Annotated[str, StringConstraints(max_length=320)]
    password: Secret
    tenant_id: UUID | None = None


class RefreshGrant(WriteModel):
    model_config = examples({"grant_type": "refresh_token", "refresh_token": "AZoD4kX0example"})

    grant_type: Literal["refresh_token"]
    refresh_token: Secret


class Revocation(WriteModel):
    """RFC 7009: `token` is a refresh token; unknown ones are fine."""

    model_config = examples({"token": "AZoD4kX0example", "token_type_hint": "refresh_token"})

    token: Secret
    token_type_hint: Literal["refresh_token"] | None = None


class Tokens(ReadModel):
    model_config = examples(
        {"access_token": "eyJhbGciOiJFZERTQSJ9.example", "expires_in": 900, "refresh_token": "AZoD4kX0example"}
    )

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
