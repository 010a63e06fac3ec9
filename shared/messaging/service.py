"""A service's worker with all that it opens, made from the service's settings."""

import asyncio
from collections.abc import Sequence

from shared.db import Database
from shared.messaging.consumer import Consumer
from shared.messaging.jobs import Jobs
from shared.messaging.transport import open_log
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings


class ServiceWorker:
    """`database` belongs to the caller: the API of the same process shares it, so that its commits wake the relay."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        database: Database,
        *,
        consumers: Sequence[Consumer] = (),
        jobs: Jobs | None = None,
    ) -> None:
        self._service = service
        self._settings = settings
        self._database = database
        self._consumers = consumers
        self._jobs = jobs

    async def run(self, stop: asyncio.Event) -> None:
        events = open_log(self._settings, client_id=f"samphan-{self._service}")
        system = Database(self._settings.system_database_url, pool_size=3, name=f"samphan {self._service} system")
        worker = Worker(
            self._service,
            database=self._database,
            system_database=system,
            system_url=self._settings.system_database_url,
            events=events,
            consumers=self._consumers,
            jobs=self._jobs,
        )
        try:
            await worker.run(stop)
        finally:
            await events.close()
            await system.close()
