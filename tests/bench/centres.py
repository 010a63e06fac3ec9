"""How long it takes to find the nearest service centres among a hundred thousand, half of them in one city."""

from collections.abc import Sequence
from random import Random

import asyncpg

from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import Kind
from tests.bench.loads import apply
from tests.bench.plan import Plan
from tests.bench.servers import TITLES, House

SECTION = "Service centres"
PATH = "/v1/service-centres/nearest"
CENTRES_OF_CONTACTS = 10
"""One for so many contacts: 100,000 beside a million."""
COUNTRY, CITY = ((5.6, 20.4), (97.4, 105.6)), ((13.4, 14.1), (100.2, 100.9))
PLACES = 500
SEED = """
insert into service_centres (tenant_id, id, version, created_at, updated_at, name, latitude, longitude, latitude_row,
  time_zone, opening_hours, special_days, open_on_holidays, capabilities)
select $1, gen_random_uuid(), 1, now(), now(), 'ศูนย์ ' || number, latitude, longitude, floor(latitude * 10),
  'Asia/Bangkok', hours.daily, '[]', false, case when number % 10 < 2 then array['ev'] else '{}' end
from unnest($2::float[], $3::float[]) with ordinality as place (latitude, longitude, number), (
  select jsonb_agg(jsonb_build_object('weekday', day, 'opens', '08:30', 'closes', '17:30')) as daily
  from generate_series(1, 7) day
) hours
"""
NOON, NIGHT = "2026-11-23T05:00:00Z", "2026-11-22T20:00:00Z"
ASKED = {
    "open": (f"&open_at={NOON}", "5 that are open"),
    "capable": (f"&open_at={NOON}&capability=ev", "5 that are open and have a capability that every fifth has"),
    "closed": (f"&open_at={NIGHT}", "open ones while all are closed: the nearest 1,000 are looked at"),
}


async def measure(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    random = Random(44)
    count = plan.contacts // CENTRES_OF_CONTACTS
    await _seed(ground, house, [_place(random) for _ in range(count)])
    figures: list[Figure] = []
    for name, (more, what) in ASKED.items():
        places = (_place(random) for _ in range(PLACES))
        paths = [f"{PATH}?latitude={north:.5f}&longitude={east:.5f}{more}" for north, east in places]
        kind = Kind(f"nearest_{name}", f"GET nearest of {count:,} centres, {what}", "GET", paths)
        figures += await _measure(kind, house, plan)
    return figures


async def _measure(kind: Kind, house: House, plan: Plan) -> list[Figure]:
    rounds = [await apply(kind, house.front, house.largest, plan, connections=1) for _ in range(plan.rounds)]
    what = f"{kind.what}, {TITLES[house.front.name]}"
    p50s, p99s = [each.outcome.p50_ms for each in rounds], [each.outcome.p99_ms for each in rounds]
    return [
        figure(SECTION, f"{kind.name}_p50_ms", what, p50s, "ms", column="p50 ms"),
        figure(SECTION, f"{kind.name}_p99_ms", what, p99s, "ms", column="p99 ms"),
    ]


async def _seed(ground: Ground, house: House, places: Sequence[tuple[float, float]]) -> None:
    database = ground.databases["contacts"].owner.rpartition("/")[2]
    admin = await asyncpg.connect(ground.server.superuser_url(database).replace("+asyncpg", ""))
    latitudes, longitudes = zip(*places, strict=True)
    await admin.execute(SEED, house.largest.id, latitudes, longitudes)
    await admin.execute("vacuum analyze service_centres")
    await admin.close()


def _place(random: Random) -> tuple[float, float]:
    (south, north), (west, east) = random.choice((COUNTRY, CITY))
    return random.uniform(south, north), random.uniform(west, east)
