"""`/v1/auth`: public, as there is no caller yet."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, TypeAdapter, ValidationError

from gateway.auth import queries, service
from gateway.auth.parts import Parts, parts
from gateway.auth.queries import Account
from gateway.auth.refresh import Grant, invalid
from gateway.auth.schemas import PasswordGrant, RefreshGrant, Revocation, Tokens
from shared.db.record import now
from shared.errors import ConflictError, UnauthenticatedError, UnsupportedMediaTypeError
from shared.observability.context import Context
from shared.web import APIRouter
from shared.web.problems import MalformedJson
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/auth", tags=["auth"])

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
GRANT: TypeAdapter[PasswordGrant | RefreshGrant] = TypeAdapter(
    Annotated[PasswordGrant | RefreshGrant, Field(discriminator="grant_type")]
)
REVOCATION = TypeAdapter(Revocation)


class InvalidCredentials(UnauthenticatedError):
    code = "invalid_credentials"
    title = ("Wrong e-mail or password", "อีเมลหรือรหัสผ่านไม่ถูกต้อง")


class TenantRequired(ConflictError):
    code = "tenant_required"


def _body(*models: type[Any]) -> dict[str, Any]:
    schemas = [model.model_json_schema() for model in models]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}, FORM: {"schema": schema}}}}


@router.post("/token", response_model=Tokens, openapi_extra=_body(PasswordGrant, RefreshGrant))
async def token(request: Request) -> Response:
    """Sign in. With a password, or on with a refresh token. 401 `invalid_credentials`, `invalid_grant`."""
    given = _validated(GRANT, await _read(request))
    have = parts(request)
    if isinstance(given, RefreshGrant):
        return await _refresh(have, given)
    return await _sign_in(have, given, request.client.host if request.client else "")


@router.post("/revoke", status_code=204, openapi_extra=_body(Revocation))
async def revoke(request: Request) -> Response:
    """Sign out. Ends the sign-in of a refresh token at once, its access tokens within seconds."""
    given = _validated(REVOCATION, await _read(request))
    have = parts(request)
    try:
        grant = have.refresh.open(given.token)
    except UnauthenticatedError:
        return Response(status_code=204)
    async with have.database.transaction(Context(tenant_id=grant.tenant_id)) as session:
        await service.revoke(session, grant, now=now())
    have.callers.forget_tenant(grant.tenant_id)
    return Response(status_code=204)


async def _sign_in(have: Parts, given: PasswordGrant, address: str) -> Response:
    have.sign_ins.demand((given.username.strip().lower(), address))
    async with have.database.transaction() as session:
        accounts = await queries.accounts_by_email(session, given.username, given.tenant_id)
    fitting = await have.passwords.which(given.password, [each.password_hash for each in accounts])
    account = _only([accounts[index] for index in fitting])
    context = Context(tenant_id=account.tenant_id, actor_id=account.user_id)
    async with have.database.transaction(context) as session:
        lifetime_s = have.settings.refresh_token_lifetime_s
        grant = await service.open_sign_in(
            session, account.tenant_id, account.user_id, now=now(), lifetime_s=lifetime_s
        )
    return _tokens(have, account.user_id, grant)


async def _refresh(have: Parts, given: RefreshGrant) -> Response:
    grant = have.refresh.open(given.refresh_token)
    settings = have.settings
    async with have.database.transaction(Context(tenant_id=grant.tenant_id)) as session:
        rotated = await service.rotate(
            session,
            grant,
            now=now(),
            grace_s=settings.refresh_grace_s,
            lifetime_s=settings.refresh_token_lifetime_s,
        )
    if rotated is None:
        have.callers.forget_tenant(grant.tenant_id)
        raise invalid()
    return _tokens(have, *rotated)


def _only(accounts: list[Account]) -> Account:
    if not accounts:
        raise InvalidCredentials("E-mail address or password is wrong.")
    if len(accounts) > 1:
        raise TenantRequired("This address has accounts in several businesses: send `tenant_id` with it.")
    return accounts[0]


def _tokens(have: Parts, user_id: Any, grant: Grant) -> Response:
    body = {
        "access_token": have.access.mint(grant.tenant_id, user_id, grant.sign_in_id),
        "token_type": "Bearer",
        "expires_in": have.access.lifetime_s,
        "refresh_token": have.refresh.seal(grant),
    }
    return json_response(body, headers={"Cache-Control": "no-store"})


async def _read(request: Request) -> Mapping[str, Any]:
    """The fields of a form or a JSON object."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind == FORM:
        return {name: value for name, value in (await request.form(max_fields=20)).items() if isinstance(value, str)}
    if kind != JSON:
        raise UnsupportedMediaTypeError(f"Send {JSON} or {FORM}.")
    try:
        parsed = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not valid JSON: {error}.") from error
    return parsed if isinstance(parsed, dict) else {}


def _validated(adapter: TypeAdapter[Any], given: Mapping[str, Any]) -> Any:
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        details = [
            {**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False, include_context=False)
        ]
        raise RequestValidationError(details) from error
