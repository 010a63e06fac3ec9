"""The gateway: the edge before everything, and the routes that are its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp

from gateway.api_keys import router as api_keys
from gateway.api_keys.usage import Usage
from gateway.auth import queries as auth_queries
from gateway.auth import router as auth
from gateway.auth.access import AccessTokens
from gateway.auth.callers import Callers
from gateway.auth.oidc import External, Issuer
from gateway.auth.parts import Parts
from gateway.auth.refresh import RefreshTokens
from gateway.auth.resolve import Resolver
from gateway.batch import router as batch
from gateway.docs import router as docs
from gateway.forwarding.cors import Origins
from gateway.forwarding.edge import Edge
from gateway.forwarding.upstream import HttpService, Upstream
from gateway.me import router as me
from gateway.overview import router as overview
from gateway.privacy_exports import router as privacy_exports
from gateway.rates import Limit, Quota, Rates
from gateway.settings import Settings
from gateway.tenants import router as tenants
from gateway.users import router as users
from gateway.users.passwords import Passwords
from shared.auth import TokenMinter
from shared.db import Database
from shared.tasks import end
from shared.web.app import create_service
from shared.web.middleware import RequestScope

ROUTERS = [
    auth.router,
    me.router,
    users.router,
    api_keys.router,
    tenants.router,
    overview.router,
    batch.router,
    privacy_exports.router,
    docs.router,
]
DAY_S = 86_400


def create_app(settings: Settings, services: Mapping[str, ASGIApp] | None = None) -> FastAPI:
    """`services` are apps of this process to forward to, by name, instead of the settings' URLs.

    Their lifespans are the caller's.
    """
    app = create_service(
        "gateway", settings, ROUTERS, summary="The way in: identity, limits, and one API over all services."
    )
    database: Database = app.state.database
    usage = Usage(database)
    parts = _parts(settings, database, usage)
    upstreams = _upstreams(settings, services or {})
    minter = TokenMinter(settings.token_private_key.get_secret_value())
    app.state.auth = parts
    app.state.passwords = parts.passwords
    app.state.forget_caller = parts.callers.forget
    app.state.forget_tenant = parts.callers.forget_tenant
    app.state.upstreams = upstreams
    app.state.minter = minter
    edge = Edge(
        app.dispatcher,
        settings=settings,
        callers=parts.callers,
        minter=minter,
        rates=_rates(settings),
        origins=_origins(database),
        upstreams=upstreams,
    )
    app.entry = RequestScope(edge, "gateway")  # what is forwarded never meets FastAPI
    _live_with(app, usage, upstreams)
    return app


def _parts(settings: Settings, database: Database, usage: Usage) -> Parts:
    secret = settings.token_private_key.get_secret_value()
    access = AccessTokens(secret, settings.access_token_lifetime_s)
    resolver = Resolver(database, access, _external(settings, database), usage.note)
    return Parts(
        settings=settings,
        database=database,
        access=access,
        refresh=RefreshTokens(secret),
        passwords=Passwords(settings.password_memory_kib),
        callers=Callers(resolver, settings.caller_cache_s),
        sign_ins=Quota(Limit("sign-in", settings.sign_ins_per_minute, 60)),
    )


def _external(settings: Settings, database: Database) -> External | None:
    if settings.oidc_issuer is None:
        return None
    assert settings.oidc_audience is not None, "GATEWAY_OIDC_AUDIENCE is needed with GATEWAY_OIDC_ISSUER"
    issuer = Issuer(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        jwks_url=settings.oidc_jwks_url,
        tenant_claim=settings.oidc_tenant_claim,
        roles_claim=settings.oidc_roles_claim,
    )
    return External(issuer, database)


def _upstreams(settings: Settings, services: Mapping[str, ASGIApp]) -> dict[str, Upstream]:
    connections = settings.upstream_connections
    return {
        name: Upstream(name, services.get(name) or HttpService(name, url, connections))
        for name, url in settings.upstream_urls().items()
    }


def _rates(settings: Settings) -> Rates:
    window_s = settings.rate_burst_window_s
    return Rates(
        burst=Limit("burst", settings.rate_burst, window_s),
        day=Limit("day", settings.rate_day, DAY_S),
        search=Limit("search", settings.rate_search, window_s),
        anonymous=Limit("burst", settings.rate_anonymous, window_s),
    )


def _origins(database: Database) -> Origins:
    async def ask(origin: str) -> bool:
        async with database.transaction() as session:
            return await auth_queries.origin_is_known(session, origin)

    return Origins(ask)


def _live_with(app: FastAPI, usage: Usage, upstreams: Mapping[str, Upstream]) -> None:
    """Writes key usage while the app lives, and closes connections to services when it ends."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with inner(served):
            task = asyncio.create_task(usage.run())
            try:
                yield
            finally:
                await end(task)
                for upstream in upstreams.values():
                    await upstream.close()

    app.router.lifespan_context = lifespan
