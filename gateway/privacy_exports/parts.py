"""The parts of an export, asked of all services at once."""

import asyncio
from collections.abc import Mapping

from starlette.types import Scope

from gateway.forwarding.fetch import Fetched, fetch
from gateway.forwarding.upstream import Upstream
from gateway.privacy_exports.links import Opened
from shared.auth import Principal, TokenMinter
from shared.errors import GoneError, UnavailableError

DEADLINE_S = 10.0


class ExportGone(GoneError):
    code = "privacy_export_gone"
    title = ("The export was deleted", "ไฟล์ข้อมูลถูกลบแล้ว")


async def collect(
    scope: Scope, upstreams: Mapping[str, Upstream], minter: TokenMinter, what: Opened
) -> dict[str, bytes]:
    """JSON by service. Raises ExportGone, and what `fetch` raises."""
    principal = Principal(what.tenant_id, what.actor_id, "user", frozenset({"privacy:read"}))
    path = f"/v1/privacy-parts/{what.request_id}"

    async def ask(name: str) -> Fetched:
        authorization = b"Bearer " + minter.mint(principal, name).encode()
        return await fetch(scope, upstreams[name], path, authorization, deadline_s=DEADLINE_S)

    answers = dict(zip(upstreams, await asyncio.gather(*map(ask, upstreams)), strict=True))
    if any(answer.status == 404 for answer in answers.values()):
        raise ExportGone("The data were deleted seven days after the export. Ask for them again.")
    if any(answer.status != 200 for answer in answers.values()):
        raise UnavailableError("A service does not give its part now. Try again.")
    return {name: answer.body for name, answer in answers.items()}
