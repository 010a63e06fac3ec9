"""F15: producers of different releases write at once, while every process is restarted in turn under load.

A trigger on the outbox stands for the other releases: of three events one is as if a newer release had written it (with
fields and values that nobody knows yet), one as if an older one had (without what was added later), and each event is
published in a new major version as well.
"""

import asyncpg

from deploy.local.environment import SERVICES
from tests.faults.schedule import Step, draw
from tests.faults.system import WITNESS, System
from tests.faults.trial import Fault, Result, Tier, attempt

PRODUCERS = ("contacts", "interactions")
TARGETS = (*(service.name for service in SERVICES), WITNESS)
SIZES = {Tier.PR: (2_000, 1), Tier.NIGHTLY: (24_000, 6)}
"""Events, and how often each process is restarted."""
NEWER = """
{"added_later": {"deep": [1, 2]}, "sex": "of 2031", "lifecycle_stage": "hologram", "kind": "hologram",
 "direction": "sideways", "status": "pondering"}
"""
LATER = (
    *("external_ids", "given_name", "family_name", "company_id", "changed_fields", "duration_s", "follow_up_done_at"),
    *("previous_contact_id", "contact_ref", "lines", "line_count", "quantity"),
)
MIX = f"""
create function mix_versions() returns trigger language plpgsql as $$
begin
  if new.type like '%.v1' and abs(hashtext(new.event_id::text)) % 3 = 0 then
    new.body := ((select jsonb_object_agg(name, value) from jsonb_each(new.body::jsonb) as old (name, value))
      || (select jsonb_object_agg(name, value) from jsonb_each('{NEWER}'::jsonb) as later (name, value)
          where new.body::jsonb ? name or name = 'added_later'))::json;
  elsif new.type like '%.v1' and abs(hashtext(new.event_id::text)) % 3 = 1 then
    new.body := (new.body::jsonb - array{list(LATER)})::json;
  end if;
  return new;
end $$;
create function publish_next_major() returns trigger language plpgsql as $$
begin
  if new.type like '%.v1' then
    insert into outbox (tenant_id, topic, key, type, subject, version, headers, body)
    values (new.tenant_id, new.topic, new.key, replace(new.type, '.v1', '.v2'), new.subject, new.version, new.headers,
      json_build_object('all', json_build_object('is', 'different')));
  end if;
  return null;
end $$;
create trigger mix_versions before insert on outbox for each row execute function mix_versions();
create trigger publish_next_major after insert on outbox for each row execute function publish_next_major();
"""
UNMIX = "drop function mix_versions, publish_next_major cascade"


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, rounds = SIZES[tier]
    schedule = draw(seed, rounds * len(TARGETS), action="SIGTERM", targets=TARGETS, after_s=(0.2, 1.0))
    await _in_outboxes(system, MIX)
    try:
        result = await attempt(system, "F15", schedule, events=events, act=_restart)
    finally:
        await _in_outboxes(system, UNMIX)
    return result


async def _restart(system: System, step: Step) -> None:
    await system.restart(step.target)
    await system.ready(step.target)


async def _in_outboxes(system: System, statements: str) -> None:
    for name in PRODUCERS:
        connection = await asyncpg.connect(system.databases[name].owner.replace("+asyncpg", ""))
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


FAULT = Fault(
    "F15",
    "events of older and newer releases mixed, a new major version beside the old one, all processes restarted in turn",
    "no write refused, nothing lost, repeated, out of order or set aside",
    run,
)
