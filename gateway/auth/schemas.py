"""The token endpoint's input and output, after OAuth 2.0 (RFC 6749) where it fits."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.web import ReadModel, WriteModel

Secret = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]


class PasswordGrant(WriteModel):
    """`username` is the e-mail address. `tenant_id` is needed only where an address has accounts in several tenants."""

    grant_type: Literal["password"]
    username: Annotated[str, StringConstraints(max_length=320)] = Field(examples=["admin@example.com"])
    password: Secret
    tenant_id: UUID | None = None


class RefreshGrant(WriteModel):
    grant_type: Literal["refresh_token"]
    refresh_token: Secret


class Revocation(WriteModel):
    """RFC 7009: `token` is a refresh token; unknown ones are fine."""

    token: Secret
    token_type_hint: Literal["refresh_token"] | None = None


class Tokens(ReadModel):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
