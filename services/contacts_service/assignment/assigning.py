"""Gives contacts that nobody owns to whom the rules choose: set-based, one batch of a tenant at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assignment.choosing import Desk, Rule
from contacts_service.assignment.models import Absence, AssignmentRule, Strategy, Turn
from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.models import Contact
from contacts_service.teams.models import Team
from contacts_service.territories.belonging import TERRITORIES, meets
from contacts_service.territories.queries import LIVE_TERRITORY
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.statement import Statement

CONTACTS = Contact.__table__
LOADS = Statement("""
select owner.id, count(c.id) as contacts from unnest(cast(:ids as uuid[])) as owner (id)
left join contacts c on c.tenant_id = :tenant_id and c.owner_id = owner.id and c.deleted_at is null
group by owner.id
""")
KEEP_TURNS = Statement("""
insert into assignment_turns (tenant_id, team_id, user_id)
select :tenant_id, team_id, user_id
from unnest(cast(:teams as uuid[]), cast(:users as uuid[])) as new (team_id, user_id)
order by team_id
on conflict (tenant_id, team_id) do update set user_id = excluded.user_id
""")


async def assign(session: AsyncSession, contact_ids: Sequence[UUID]) -> int:
    """Those that are live and have no owner; returns how many have one now. A tenant without rules costs one look.

    Two batches of a tenant take turns, so that nobody is skipped or given two at once.
    """
    tenant_id = session.info["context"].tenant_id
    if not contact_ids or not await _rules(session, tenant_id):
        return 0
    await lock_name(session, "assignment")
    found = await load_contacts(session, tenant_id, contact_ids, lock=True)
    in_order = (found[each] for each in dict.fromkeys(contact_ids) if each in found)
    unowned = [contact for contact in in_order if contact.owner_id is None and contact.deleted_at is None]
    rules = await _rules(session, tenant_id)
    desk = await _desk(session, tenant_id, rules)
    met = await _territories_met(session, tenant_id, [contact.id for contact in unowned])
    changes = []
    for contact in unowned:
        owner_id = desk.choose(rules, met.get(contact.id, frozenset()))
        if owner_id is not None:
            changes.append((contact, contact.change({"owner_id": owner_id})))
    await _store(session, tenant_id, desk, changes)
    return len(changes)


async def _rules(session: AsyncSession, tenant_id: UUID) -> list[Rule]:
    names = (AssignmentRule.strategy, AssignmentRule.team_id, AssignmentRule.territory_id, AssignmentRule.cap)
    query = select(*names).where(
        AssignmentRule.tenant_id == tenant_id, AssignmentRule.active, AssignmentRule.deleted_at.is_(None)
    )
    rows = await session.execute(query.order_by(AssignmentRule.priority, AssignmentRule.id))
    return [Rule(**row) for row in rows.mappings()]


async def _desk(session: AsyncSession, tenant_id: UUID, rules: Sequence[Rule]) -> Desk:
    held = select(TERRITORIES.c.id, TERRITORIES.c.team_id, TERRITORIES.c.user_id).where(
        TERRITORIES.c.tenant_id == tenant_id, LIVE_TERRITORY
    )
    rows = await session.execute(held.order_by(TERRITORIES.c.priority, TERRITORIES.c.id))
    holders = {row.id: (row.team_id, row.user_id) for row in rows}
    team_ids = {rule.team_id for rule in rules} | {team_id for team_id, _ in holders.values()}
    teams = select(Team.id, Team.member_ids).where(Team.tenant_id == tenant_id, Team.id.in_(team_ids - {None}))
    members = {row.id: row.member_ids for row in await session.execute(teams)}
    moment = now()
    away = select(Absence.user_id).where(
        Absence.tenant_id == tenant_id,
        Absence.deleted_at.is_(None),
        Absence.ends_at > moment,
        Absence.starts_at <= moment,
    )
    turns = select(Turn.team_id, Turn.user_id).where(Turn.tenant_id == tenant_id, Turn.team_id.in_(members))
    desk = Desk(
        members=members,
        absent=set(await session.scalars(away)),
        holders=holders,
        turns={row.team_id: row.user_id for row in await session.execute(turns)},
    )
    if any(rule.strategy == Strategy.LOAD or rule.cap is not None for rule in rules):
        desk.loads = await _loads(session, tenant_id, desk)
    return desk


async def _loads(session: AsyncSession, tenant_id: UUID, desk: Desk) -> Counter[UUID]:
    people = {user_id for ids in desk.members.values() for user_id in ids}
    people.update(user_id for _, user_id in desk.holders.values() if user_id is not None)
    rows = await LOADS.run(session, {"tenant_id": tenant_id, "ids": sorted(people)})
    return Counter({row["id"]: row["contacts"] for row in rows})


async def _territories_met(
    session: AsyncSession, tenant_id: UUID, contact_ids: Sequence[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    query = (
        select(CONTACTS.c.id, TERRITORIES.c.id.label("territory_id"))
        .select_from(CONTACTS.join(TERRITORIES, TERRITORIES.c.tenant_id == literal(tenant_id)))
        .where(CONTACTS.c.tenant_id == tenant_id, CONTACTS.c.id.in_(contact_ids))
        .where(LIVE_TERRITORY, meets(CONTACTS, TERRITORIES))
    )
    found: dict[UUID, frozenset[UUID]] = {}
    for contact_id, territory_id in await session.execute(query):
        found[contact_id] = found.get(contact_id, frozenset()) | {territory_id}
    return found


async def _store(
    session: AsyncSession, tenant_id: UUID, desk: Desk, changes: Sequence[tuple[Contact, list[str]]]
) -> None:
    if changes:
        await update_contacts(session, changes)
    if desk.turned:
        teams = sorted(desk.turned)
        given = {"tenant_id": tenant_id, "teams": teams, "users": [desk.turns[team_id] for team_id in teams]}
        await KEEP_TURNS.run(session, given)
