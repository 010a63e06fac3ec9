"""What tests of imports do over and over."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from httpx import AsyncClient

from contacts_service.imports import jobs as import_jobs
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest

Json = dict[str, Any]


class Importing:
    """One client's imports, run by a worker of their own."""

    def __init__(self, service: ServiceUnderTest, client: AsyncClient, files_dir: Path) -> None:
        self.service = service
        self.client = client
        self.files_dir = files_dir
        self.restart_worker()

    def restart_worker(self) -> None:
        """What a worker knows without its database is lost."""
        self.jobs = Jobs()
        import_jobs.register(self.jobs, self.files_dir)

    async def upload(self, content: str | bytes, name: str = "contacts.csv", **fields: str) -> Json:
        response = await self.post(content, name, **fields)
        assert response.status_code == 201, response.text
        body: Json = response.json()
        return body

    async def post(self, content: str | bytes, name: str = "contacts.csv", **fields: str) -> Any:
        data = content.encode() if isinstance(content, str) else content
        return await self.client.post("/v1/imports", files={"file": (name, data)}, data=fields, headers=key())

    async def run(self, uploaded: Json, action: str = "run") -> Json:
        """The operation at its end."""
        response = await self.client.post(f"/v1/imports/{uploaded['id']}/{action}", headers=key())
        assert response.status_code == 202, response.text
        return await self.finish(response.headers["location"])

    async def finish(self, operation: str) -> Json:
        for _ in range(200):
            await run_until_idle(self.jobs, self.service.database, self.service.system)
            body: Json = (await self.client.get(operation)).json()
            if body["finished_at"]:
                return body
            await asyncio.sleep(0.05)
        raise AssertionError(f"still running: {body}")

    async def counts(self, content: str | bytes, **options: Any) -> Json:
        """Uploads, changes the options, runs; what came of the rows, without the zeros."""
        uploaded = await self.upload(content)
        if options:
            response = await self.client.patch(f"/v1/imports/{uploaded['id']}", json=options)
            assert response.status_code == 200, response.text
        return outcome(await self.run(uploaded))

    async def errors(self, uploaded: Json) -> bytes:
        response = await self.client.get(f"/v1/imports/{uploaded['id']}/errors")
        assert response.status_code == 200, response.text
        return response.content

    async def contacts(self) -> list[Json]:
        """All, by name."""
        response = await self.client.get("/v1/contacts", params={"limit": 200, "sort": "full_name"})
        found: list[Json] = response.json()["data"]
        return found


def outcome(operation: Json) -> Json:
    assert operation["status"] == "succeeded", operation
    return {name: count for name, count in operation["result"].items() if count and name not in ("rows", "import_id")}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
