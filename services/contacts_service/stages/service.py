"""Commands on a business's stages."""

from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.stages.events import LifecycleConfigured
from contacts_service.stages.machine import Lifecycle
from shared.db.record import now
from shared.db.statement import Statement
from shared.db.versions import check_version
from shared.messaging.outbox import stage

READ = Statement("select version, stages, rules from lifecycle_configs where tenant_id = :tenant_id")
LOCK = Statement(f"{READ.text} for update")
KEEP = Statement("""
insert into lifecycle_configs as known (tenant_id, version, updated_at, stages, rules)
values (:tenant_id, 1, :updated_at, cast(:stages as jsonb), cast(:rules as jsonb))
on conflict (tenant_id) do update
set version = known.version + 1, updated_at = excluded.updated_at, stages = excluded.stages, rules = excluded.rules
returning version, stages, rules
""")


async def load_lifecycle(session: AsyncSession, *, lock: bool = False) -> Lifecycle:
    """The tenant's own stages, or those that everyone begins with."""
    rows = await (LOCK if lock else READ).run(session, {"tenant_id": session.info["context"].tenant_id})
    return Lifecycle.of(dict(rows[0]) if rows else None)


async def keep_lifecycle(
    session: AsyncSession,
    stages: list[dict[str, Any]],
    rules: list[dict[str, Any]],
    *,
    if_version: int | None = None,
) -> Lifecycle:
    """In the place of what was there. Contacts keep their stages, known or not. Raises VersionMismatch."""
    check_version((await load_lifecycle(session, lock=True)).version, if_version)
    tenant_id = session.info["context"].tenant_id
    given = {"stages": orjson.dumps(stages).decode(), "rules": orjson.dumps(rules).decode()}
    (row,) = await KEEP.run(session, {"tenant_id": tenant_id, "updated_at": now(), **given})
    kept = Lifecycle.of(dict(row))
    stage(session, LifecycleConfigured(config_id=tenant_id, version=kept.version, stages=list(kept.places)))
    return kept
