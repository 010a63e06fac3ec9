"""A9: forged, stolen, stale and broken tokens at every door: of our sign-ins, of an issuer's, of each service."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from time import time
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.types import Receive, Scope, Send

from deploy.local.environment import GATEWAY
from gateway.app import create_app
from shared.auth import Principal
from tests.attacks import forgery
from tests.attacks.attack import Result
from tests.attacks.forgery import Signer
from tests.attacks.system import System, Tenant, client_of
from tests.gateway.serving import lifespan, serving

SERVICES = {
    "contacts": "/v1/contacts",
    "interactions": "/v1/interactions",
    "campaigns": "/v1/audiences/summary",
    "analytics": "/v1/analytics/trends",
}
AUDIENCE = "https://api.example.com"
HEADER = {"alg": "Ed25519", "typ": "at+jwt"}
REFUSALS = {401, 431}  # what is larger than all headers may be is not even looked at
Ask = Callable[[str], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Door:
    """`claims` under `header`, signed by `signer`, are let in. `others` are good tokens for other doors."""

    name: str
    ask: Ask
    signer: Signer
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    others: Mapping[str, str]

    @property
    def good(self) -> str:
        return self.signer.token(self.header, self.claims)


async def run(doors: list[Door], size: int, seed: int) -> Result:
    """`size` is the number of flipped bits and of cuts at each door."""
    result = Result("A9", seed)
    for door in doors:
        assert (await door.ask(door.good)).is_success, f"{door.name} lets a good token in"
        for name, token in forgeries(door, Random(seed), size):
            answer = await door.ask(token)
            result.tried += 1
            result.expect(_refused(answer), f"{door.name}, {name}: {answer.status_code} {answer.text[:200]}")
        assert (await door.ask(door.good)).is_success, f"{door.name} still lets a good token in"
    return result


def forgeries(door: Door, random: Random, size: int) -> Iterator[tuple[str, str]]:
    header, claims, real = door.header, door.claims, door.signer
    yield from forgery.unsigned(header, claims)
    yield from forgery.confused(header, claims, real)
    yield from forgery.pointed(header, claims)
    yield from forgery.misused(header, claims, real)
    yield from forgery.malformed(header, claims, real)
    yield from door.others.items()
    yield from forgery.damaged(door.good, random, size)
    yield "oversized", door.good + "A" * 20_000


def _refused(answer: httpx.Response) -> bool:
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code in REFUSALS and is_problem


@asynccontextmanager
async def doors(system: System, mine: Tenant, foreign: Tenant) -> AsyncIterator[list[Door]]:
    """All doors, in the name of `mine`; `foreign` is another tenant whose tokens must not open them for it."""
    signer = Signer.of(system.keys.token_private_key)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(system.client())
        access = await _access_token(system, mine)
        yield [
            _gateway_door(client, signer, access, system, foreign),
            await stack.enter_async_context(_external_door(system, mine, access)),
            *[_service_door(system, name, signer, mine, access) for name in SERVICES],
        ]


async def _access_token(system: System, tenant: Tenant) -> str:
    return await system.sign_in(tenant.email)


def _gateway_door(client: httpx.AsyncClient, signer: Signer, access: str, system: System, foreign: Tenant) -> Door:
    claims = claims_of(access)
    moved = signer.token(HEADER, {**claims, "tenant": str(foreign.id)})
    others = {
        "an access token of ours with another tenant's id": moved,
        "a sign-in that never was": signer.token(HEADER, {**claims, "sid": str(foreign.id)}),
        "not a tenant": signer.token(HEADER, {**claims, "tenant": 7}),
    }
    return Door("gateway", _asking(client, "/v1/me"), signer, HEADER, claims, others | _internal(system, foreign))


def _service_door(system: System, name: str, signer: Signer, tenant: Tenant, access: str) -> Door:
    client = client_of(system.apps[name])
    principal = Principal(tenant.id, tenant.admin_id, "user", frozenset({"*"}))
    claims = claims_of(system.minter.mint(principal, name))
    others = {each: token for each, token in _internal(system, tenant).items() if not each.endswith(f" {name}")}
    others["the gateway's access token"] = access
    others["an API key"] = tenant.api_key
    for odd, change in {"no tenant": None, "a number for a tenant": 7, "no UUID": "x"}.items():
        others[odd] = signer.token(HEADER, {key: v for key, v in {**claims, "tenant": change}.items() if v is not None})
    others["unknown visibility"] = signer.token(HEADER, {**claims, "visibility": "everything"})
    return Door(name, _asking(client, SERVICES[name]), signer, HEADER, claims, others)


def _internal(system: System, tenant: Tenant) -> dict[str, str]:
    principal = Principal(tenant.id, tenant.admin_id, "user", frozenset({"*"}))
    return {f"an internal token for {name}": system.minter.mint(principal, name) for name in (*SERVICES, GATEWAY)}


@asynccontextmanager
async def _external_door(system: System, tenant: Tenant, access: str) -> AsyncIterator[Door]:
    """A gateway that also believes an issuer of ours."""
    signer = Signer(Ed25519PrivateKey.generate())
    async with serving(_keys(signer)) as url:
        external = {"oidc_issuer": url, "oidc_audience": AUDIENCE, "oidc_jwks_url": f"{url}/keys"}
        services = {name: app for name, app in system.apps.items() if name != GATEWAY}
        app = create_app(system.settings[GATEWAY].model_copy(update=external), services)  # type: ignore[arg-type]  # its own class
        now = int(time())
        claims = {"iss": url, "aud": AUDIENCE, "sub": "somchai", "iat": now, "exp": now + 3600,
                  "tenant_id": str(tenant.id), "roles": ["viewer"]}  # fmt: skip
        header = {"alg": "EdDSA", "kid": "ed"}
        others = {"our own claims under the issuer's key": signer.token(HEADER, claims_of(access))}
        async with app.router.lifespan_context(app), client_of(app) as client:
            yield Door("issuer", _asking(client, "/v1/me"), signer, header, claims, others)


def _keys(signer: Signer) -> Any:
    """The issuer's key set over HTTP."""
    public = json.loads(signer.public_forms["jwk"]) | {"kid": "ed", "use": "sig"}
    body = json.dumps({"keys": [public]}).encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await lifespan(receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    return app


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(forgery.unpacked(token.split(".")[1]))
    return claims


def _asking(client: httpx.AsyncClient, path: str) -> Ask:
    async def ask(token: str) -> httpx.Response:
        return await client.get(path, headers={b"authorization": b"Bearer " + token.encode()})

    return ask
