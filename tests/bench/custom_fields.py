"""Lists by indexed custom fields, of the largest tenant: what is found by index, sorted by it, and both.

The values are put into the contacts that are there in one statement, which no other measurement minds; the index is
then built as the service builds it, step by step.
"""

from time import perf_counter
from urllib.parse import quote

import aiohttp

from contacts_service.fields.jobs import register
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import PATH, Kind
from tests.bench.loads import apply
from tests.bench.plan import Plan
from tests.bench.seeding import admin, settle
from tests.bench.servers import TITLES, House

SECTION = "Custom fields"
TIERS = ("gold", "silver", "bronze")
FIELDS = (
    {"key": "points", "value_type": "number", "labels": {"th": "แต้มสะสม", "en": "Points"}},
    {"key": "member_since", "value_type": "date", "labels": {"th": "เป็นสมาชิกตั้งแต่", "en": "Member since"}},
    {"key": "tier", "value_type": "choice", "labels": {"th": "ระดับ", "en": "Tier"}}
    | {"options": [{"key": each, "labels": {"en": each}} for each in TIERS]},
)
FILL = """
update contacts set custom_fields = jsonb_build_object(
  'points', abs(hashtext(id::text)) % 100000,
  'member_since', (date '2000-01-01' + abs(hashtext(id::text || 'since')) % 9000)::text,
  'tier', ($2::text[])[1 + abs(hashtext(id::text || 'tier')) % 3])
where tenant_id = $1
"""
SINCE = "custom_fields.member_since"
QUESTIONS = {
    "equal": ("one value of a choice, the newest first", "custom_fields.tier=gold"),
    "narrow": ("a range of 1 in 1,000", "custom_fields.points[gte]=99900"),
    "wide": ("a range of 1 in 2", "custom_fields.points[gte]=50000"),
    "sorted": ("all in the order of numbers", "sort=-custom_fields.points"),
    "sorted_choice": ("all in the order of a choice", "sort=custom_fields.tier"),
    "days": ("the days of a month, in their order", f"sort={SINCE}&{SINCE}[gte]=2010-01-01&{SINCE}[lt]=2010-02-01"),
}


async def measure(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    await _define(house)
    built_s = await _fill(ground, house)
    what = f"index of 3 fields, {TITLES[house.front.name]}: contacts and fields a second"
    rows = len(FIELDS) * plan.sizes(plan.contacts)[0]
    figures = [figure(SECTION, "custom_fields_indexed_per_s", what, [rows / built_s], "values/s")]
    for name, (asked, query) in QUESTIONS.items():
        kind = Kind(name, asked, "GET", [f"{PATH}?{quote(query, safe='=&[]')}"])
        figures += await _measure(kind, house, plan)
    return figures


async def _measure(kind: Kind, house: House, plan: Plan) -> list[Figure]:
    rounds = [await apply(kind, house.front, house.largest, plan, connections=1) for _ in range(plan.rounds)]
    name, what = f"custom_fields_{kind.name}", f"list by indexed custom fields: {kind.what}"
    return [
        figure(SECTION, f"{name}_p50_ms", what, [each.outcome.p50_ms for each in rounds], "ms", column="p50 ms"),
        figure(SECTION, f"{name}_p99_ms", what, [each.outcome.p99_ms for each in rounds], "ms", column="p99 ms"),
    ]


async def _define(house: House) -> None:
    async with aiohttp.ClientSession(headers=house.front.headers(house.largest)) as session:
        for field in FIELDS:
            url = f"http://127.0.0.1:{house.front.port}/v1/fields"
            async with session.post(url, json={"record_type": "contact", **field}) as answer:
                answer.raise_for_status()
                field_id = (await answer.json())["id"]
            async with session.post(f"{url}/{field_id}/index") as answer:
                answer.raise_for_status()


async def _fill(ground: Ground, house: House) -> float:
    """Returns the seconds that the index took."""
    connection = await admin(ground)
    await connection.execute(FILL, house.largest.id, list(TIERS))
    await connection.close()
    jobs = Jobs()
    register(jobs)
    urls = ground.databases["contacts"]
    began_s = perf_counter()
    async with Database(urls.app, pool_size=2) as database, Database(urls.system, pool_size=1) as system:
        await run_until_idle(jobs, database, system)
    built_s = perf_counter() - began_s
    await settle(ground)
    return built_s
