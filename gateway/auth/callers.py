"""Credentials to callers. What is known of one is kept for seconds only, so that revoking works within seconds."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic, time
from uuid import UUID

from shared.auth import Principal, TokenMinter

CACHE_SIZE = 20_000
TOKEN_REUSE_S = 20


@dataclass(slots=True, eq=False)
class Caller:
    """`lasts_until` is on the monotonic clock. `tokens` are the internal ones, by audience."""

    principal: Principal
    origins: frozenset[bytes]
    lasts_until: float
    tokens: dict[str, tuple[bytes, float]] = field(default_factory=dict)

    def authorization(self, minter: TokenMinter, audience: str) -> bytes:
        """The header by which we vouch for this caller to one service."""
        header, renew_at = self.tokens.get(audience, (b"", 0.0))
        now = monotonic()
        if now >= renew_at:
            header = b"Bearer " + minter.mint(self.principal, audience).encode()
            self.tokens[audience] = header, now + TOKEN_REUSE_S
        return header


def caller(principal: Principal, origins: Iterable[str], *, expires_at: float | None = None) -> Caller:
    """`expires_at` is the credential's own end, in seconds since the epoch."""
    lasts_until = monotonic() + expires_at - time() if expires_at is not None else float("inf")
    return Caller(principal, frozenset(origin.encode() for origin in origins), lasts_until)


Resolve = Callable[[str], Awaitable[Caller]]


class Callers:
    """A bounded cache before `resolve`. Requests with one unknown credential share a look-up; failures are not kept."""

    def __init__(self, resolve: Resolve, lifetime_s: float) -> None:
        self._resolve = resolve
        self._lifetime_s = lifetime_s
        self._known: OrderedDict[bytes, Caller] = OrderedDict()
        self._asked: dict[bytes, asyncio.Task[Caller]] = {}

    def known(self, credential: bytes) -> Caller | None:
        found = self._known.get(credential)
        return found if found is not None and monotonic() < found.lasts_until else None

    async def find(self, credential: bytes) -> Caller:
        """Raises InvalidToken, UnknownTenant."""
        found = self.known(credential)
        if found is not None:
            return found
        task = self._asked.get(credential)
        if task is None:
            task = self._asked[credential] = asyncio.create_task(self._look_up(credential))
            task.add_done_callback(lambda _: self._asked.pop(credential, None))
        return await asyncio.shield(task)

    def forget(self, actor_id: UUID) -> None:
        """After a change of someone's rights: this process sees it at once, others when their copy ends."""
        for credential in [key for key, each in self._known.items() if each.principal.actor_id == actor_id]:
            del self._known[credential]

    def forget_tenant(self, tenant_id: UUID) -> None:
        for credential in [key for key, each in self._known.items() if each.principal.tenant_id == tenant_id]:
            del self._known[credential]

    async def _look_up(self, credential: bytes) -> Caller:
        found = await self._resolve(credential.decode("latin-1"))
        self._keep_minted_tokens(credential, found)
        found.lasts_until = min(found.lasts_until, monotonic() + self._lifetime_s)
        self._known[credential] = found
        self._known.move_to_end(credential)
        while len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return found

    def _keep_minted_tokens(self, credential: bytes, found: Caller) -> None:
        before = self._known.get(credential)
        if before is not None and before.principal == found.principal:
            found.tokens = before.tokens
