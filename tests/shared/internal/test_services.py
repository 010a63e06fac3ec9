"""Every service has the operators' doors, and /metrics of a running process shows its consumers at work."""

import asyncio
import importlib
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.environment import GATEWAY, SERVICES, Service
from interaction_service.settings import Settings
from shared.db.migrations import upgrade
from shared.messaging.service import ServiceWorker
from shared.web.process import run_with
from tests.gateway.serving import serving
from tests.shared.internal.conftest import Workshop, service_app
from tests.shared.messaging.conftest import eventually

EXPECTED = {
    "contacts": [
        *("audit", "contact_duplicates", "contact_orders", "contact_quality", "contact_tags", "contacts_assignment"),
        "privacy_answers",
    ],
    "interactions": ["interaction_teams", "known_contacts"],
    "campaigns": ["campaign_contacts", "campaign_teams"],
    "analytics": ["analytics_features", "analytics_teams"],
}


def real_app(service: Service, environment: dict[str, str]) -> FastAPI:
    prefix = f"{service.name.upper()}_"
    given = {name.removeprefix(prefix).lower(): each for name, each in environment.items() if name.startswith(prefix)}
    settings = importlib.import_module(f"{service.package}.settings").Settings(**given)
    upgrade(service.package, settings.owner_database_url)
    create_app: Callable[[object], FastAPI] = importlib.import_module(f"{service.package}.app").create_app
    return create_app(settings)


@pytest.mark.parametrize("service", [each for each in SERVICES if each.name != GATEWAY], ids=lambda each: each.name)
async def test_a_service_shows_its_consumers_to_its_operator_only(
    service: Service, service_environment: dict[str, str]
) -> None:
    app = await asyncio.to_thread(real_app, service, service_environment)
    token = service_environment[f"{service.name.upper()}_OPERATOR_TOKEN"]
    doors = f"/internal/{service.name}/consumers"

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client,
    ):
        seen = await client.get(doors, headers={"Authorization": f"Bearer {token}"})
        refused = await client.get(doors)

    assert [each["consumer"] for each in seen.json()["data"]] == EXPECTED[service.name]
    assert refused.status_code == 401
    assert not any(path.startswith("/internal") for path in app.openapi()["paths"])


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
async def test_a_running_process_exports_what_its_worker_does(settings: Settings, workshop: Workshop) -> None:
    app = service_app(settings, workshop.consumer)
    run_with(app, ServiceWorker("interactions", settings, workshop.database, consumers=[workshop.consumer]))
    key, name = uuid4(), workshop.consumer.name

    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        await workshop.publish(1, 2, 3, key=key)
        await eventually(lambda: _applied(workshop, key, [1, 2, 3]))
        await asyncio.sleep(0.1)
        samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families((await client.get("/metrics")).text)
            for sample in family.samples
        }

    assert samples["samphan_consumer_events_total", ("consumer", name)] == 3
    assert samples["samphan_consumer_parked_total", ("consumer", name), ("reason", "bad")] == 0
    assert samples["samphan_consumer_stopped", ("consumer", name)] == 0
    assert samples["samphan_consumer_lag_seconds", ("consumer", name)] < 60
    assert samples["samphan_outbox_rows", ("service", "interactions")] >= 0
    assert samples["samphan_relay_last_round_timestamp_seconds", ("service", "interactions")] > 0
    assert samples["samphan_ready", ("service", "interactions")] == 1


async def _applied(workshop: Workshop, key: UUID, versions: list[int]) -> bool:
    return await workshop.applied(key) == versions
