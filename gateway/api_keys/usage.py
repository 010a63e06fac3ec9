"""When keys were last used: collected while they are checked, written once a minute, off the request path."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from gateway.api_keys.models import ApiKey
from shared.db import Database
from shared.db.record import now
from shared.observability.context import Context

log = structlog.get_logger()
EVERY_S = 60


class Usage:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[tuple[UUID, UUID], datetime] = {}

    def note(self, tenant_id: UUID, api_key_id: UUID) -> None:
        self._used[tenant_id, api_key_id] = now()

    async def run(self, every_s: float = EVERY_S) -> None:
        """Until cancelled; writes what is left then."""
        try:
            while True:
                await asyncio.sleep(every_s)
                await self.write()
        finally:
            with suppress(OSError):
                await asyncio.shield(self.write())

    async def write(self) -> None:
        """A failure loses only these times."""
        used, self._used = self._used, {}
        for tenant_id, keys in groupby(sorted(used), key=lambda each: each[0]):
            try:
                await self._write(tenant_id, {key: used[tenant_id, key] for _, key in keys})
            except (SQLAlchemyError, OSError) as error:
                log.warning("key_usage_lost", error=type(error).__name__)

    async def _write(self, tenant_id: UUID, used_at: Mapping[UUID, datetime]) -> None:
        async with self._database.transaction(Context(tenant_id=tenant_id)) as session:
            for key, moment in used_at.items():
                where = (ApiKey.tenant_id == tenant_id, ApiKey.id == key)
                await session.execute(
                    update(ApiKey).where(*where).values(last_used_at=moment, updated_at=ApiKey.updated_at)
                )
