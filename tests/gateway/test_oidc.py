"""People who sign in at an external OpenID Connect issuer."""

import asyncio
import hmac
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from starlette.types import Receive, Scope, Send

from gateway.settings import Settings
from tests.gateway.conftest import Tenant, bearer, gateway_with
from tests.gateway.serving import Service, lifespan, serving

AUDIENCE = "https://api.example.com"
Key = RSAKey | ECKey | OKPKey
RS = RSAKey.generate_key(2048, {"kid": "rs"})
ES = ECKey.generate_key("P-256", {"kid": "es"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
NEW = ECKey.generate_key("P-256", {"kid": "new"})


@dataclass
class IssuerServer:
    """Discovery and keys over HTTP, counting how often keys are fetched."""

    keys: list[Key] = field(default_factory=lambda: [RS, ES, ED])
    url: str = ""
    fetches: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await lifespan(receive, send)
        if scope["path"] == "/.well-known/openid-configuration":
            body: Any = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        else:
            self.fetches += 1
            body = KeySet([*self.keys]).as_dict(private=False)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(body)})

    def token(self, tenant: Tenant, key: Any = RS, alg: str = "RS256", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "somchai",
            "exp": now + 300,
            "nbf": now - 1,
            "iat": now,
            "tenant_id": str(tenant.id),
            "roles": ["sales", "unknown"],
            "email": f"somchai@{tenant.id.hex}.example.com",
            "name": "สมชาย ใจดี",
            **changes,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.encode({"alg": alg, "kid": key.kid}, given, key, algorithms=[alg])


@pytest.fixture
async def issuer() -> AsyncIterator[IssuerServer]:
    server = IssuerServer()
    async with serving(server) as server.url:
        yield server


@pytest.fixture
async def gateway(settings: Settings, issuer: IssuerServer) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_with(settings, oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as client:
        yield client


@pytest.mark.parametrize(("key", "alg"), [(RS, "RS256"), (ES, "ES256"), (ED, "EdDSA")])
async def test_a_token_of_the_issuer_opens_the_door(
    key: Key, alg: str, gateway: httpx.AsyncClient, issuer: IssuerServer, tenant: Tenant, services: dict[str, Service]
) -> None:
    header = bearer(issuer.token(tenant, key, alg))

    me = await gateway.get("/v1/me", headers=header)
    await gateway.get("/v1/contacts", headers=header)

    assert me.status_code == 200, me.text
    assert me.json()["tenant_id"] == str(tenant.id)
    assert me.json()["full_name"] == "สมชาย ใจดี"
    assert "contacts:write" in me.json()["scopes"]
    [seen] = services["contacts"].seen
    assert seen.principal is not None
    assert str(seen.principal.actor_id) == me.json()["id"]


async def test_the_user_is_remembered_and_can_be_shut_out(
    gateway: httpx.AsyncClient, issuer: IssuerServer, tenant: Tenant
) -> None:
    user = (await gateway.get("/v1/me", headers=bearer(issuer.token(tenant)))).json()
    listed = (await gateway.get("/v1/users", headers=tenant.key_header)).json()["data"]
    disabled = await gateway.patch(f"/v1/users/{user['id']}", json={"disabled": True}, headers=tenant.key_header)

    assert user["id"] in [each["id"] for each in listed]
    assert disabled.status_code == 200
    assert (await gateway.get("/v1/me", headers=bearer(issuer.token(tenant)))).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nbf": int(time.time()) + 3600},
        {"aud": "https://other.example.com"},
        {"aud": None},
        {"sub": None},
        {"iss": "https://evil.example.com"},
    ],
)
async def test_wrong_claims_are_refused(
    changes: dict[str, Any], gateway: httpx.AsyncClient, issuer: IssuerServer, tenant: Tenant
) -> None:
    response = await gateway.get("/v1/me", headers=bearer(issuer.token(tenant, **changes)))

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")


def signed_with_the_public_key(token: str) -> str:
    """As if the issuer's public key were a shared secret."""
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"rs"}').rstrip(b"=").decode()
    body = f"{head}.{token.split('.')[1]}"
    tag = hmac.new(RS.as_pem(private=False), body.encode(), "sha256").digest()
    return f"{body}.{urlsafe_b64encode(tag).rstrip(b'=').decode()}"


async def test_other_algorithms_and_keys_are_refused(
    gateway: httpx.AsyncClient, issuer: IssuerServer, tenant: Tenant
) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "rs"})
    good = issuer.token(tenant)
    unsigned = "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
    tokens = [
        issuer.token(tenant, stranger),
        signed_with_the_public_key(good),
        issuer.token(tenant, RS, "RS512"),
        unsigned,
        good[:-5] + "AAAAA",
    ]

    assert [(await gateway.get("/v1/me", headers=bearer(token))).status_code for token in tokens] == [401] * 5


@pytest.mark.parametrize("tenant_id", ["01890000-0000-7000-8000-000000000000", "not a tenant", None])
async def test_an_unknown_tenant_is_forbidden(
    tenant_id: str | None, gateway: httpx.AsyncClient, issuer: IssuerServer, tenant: Tenant
) -> None:
    response = await gateway.get("/v1/me", headers=bearer(issuer.token(tenant, tenant_id=tenant_id)))

    assert (response.status_code, response.json()["code"]) == (403, "unknown_tenant")


async def test_keys_are_kept_and_fetched_again_once_for_an_unknown_key_id(
    settings: Settings, issuer: IssuerServer, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.auth.oidc.REFRESH_COOLDOWN_S", 2.0)
    async with gateway_with(settings, oidc_issuer=issuer.url, oidc_audience=AUDIENCE, caller_cache_s=0) as client:

        async def status(token: str) -> int:
            return (await client.get("/v1/me", headers=bearer(token))).status_code

        known = [await status(issuer.token(tenant)) for _ in range(3)]
        fetched_for_known = issuer.fetches
        issuer.keys.append(NEW)
        at_once = [await status(issuer.token(tenant, NEW, "ES256")) for _ in range(3)]
        fetched_in_cooldown = issuer.fetches
        await asyncio.sleep(2.1)
        later = [await status(issuer.token(tenant, NEW, "ES256")) for _ in range(3)]

    assert (known, fetched_for_known) == ([200] * 3, 1)
    assert (at_once, fetched_in_cooldown) == ([401] * 3, 1)
    assert (later, issuer.fetches) == ([200] * 3, 2)


async def test_an_issuer_that_is_away_is_a_503(settings: Settings, issuer: IssuerServer, tenant: Tenant) -> None:
    changes = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_jwks_url": "http://127.0.0.1:1/keys"}
    async with gateway_with(settings, **changes) as client:
        response = await client.get("/v1/me", headers=bearer(issuer.token(tenant)))

    assert (response.status_code, response.json()["code"]) == (503, "issuer_unavailable")


async def test_claims_may_lie_deeper(settings: Settings, issuer: IssuerServer, tenant: Tenant) -> None:
    names = {"oidc_tenant_claim": "https://example.com/tenant", "oidc_roles_claim": "realm_access.roles"}
    token = issuer.token(
        tenant,
        tenant_id=None,
        roles=None,
        realm_access={"roles": ["admin"]},
        **{"https://example.com/tenant": str(tenant.id)},
    )
    async with gateway_with(settings, oidc_issuer=issuer.url, oidc_audience=AUDIENCE, **names) as client:
        me = await client.get("/v1/me", headers=bearer(token))

    assert me.json()["scopes"] == ["*"]
