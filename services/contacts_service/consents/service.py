"""Commands: decisions are added to the ledger, together or one by one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.channels import KIND_OF, Channel
from contacts_service.consents.events import ConsentChanged, do_not_contact_event, fact_of
from contacts_service.consents.models import ConsentDecision, Decision
from contacts_service.consents.standing import STANDINGS
from contacts_service.contacts.models import ContactDeleted, ContactNotFound
from contacts_service.purposes.models import DO_NOT_CONTACT
from contacts_service.suppressions.models import Digests
from contacts_service.suppressions.service import suppress_own
from shared.db.bulk import document, insert_into
from shared.db.statement import Statement
from shared.ids import new_id
from shared.messaging.event import Event
from shared.messaging.outbox import stage_many

TABLE = cast("Table", ConsentDecision.__table__)
WRITTEN = tuple(column.name for column in TABLE.columns if column.name not in ("seq", "recorded_at"))
ADD = Statement(f"{insert_into(TABLE, WRITTEN).text} on conflict do nothing returning id, contact_id, seq")
FIND = Statement("""
select id, contact_id, purpose, channel, decision, occurred_at from consent_decisions
where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
""")
LOCK = Statement("""
select id, deleted_at from contacts
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) order by id for no key update
""")
FUTURE = timedelta(minutes=5)
"""How far a client's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """Checked: the purpose is known, the text is one of its own. `source` is where the person decided."""

    contact_id: UUID
    purpose: str
    channel: str
    decision: str
    occurred_at: datetime
    source: str
    lawful_basis: str | None = None
    evidence: str | None = None
    text_version: int | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The same decision sent twice is one."""
        return self.contact_id, self.purpose, self.channel, self.decision, self.occurred_at


@dataclass(frozen=True, slots=True)
class Recorded:
    id: UUID
    is_new: bool
    version: int = 1


async def lock_contacts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Whether each contact that exists is live. Until the transaction ends nobody else decides for them."""
    rows = await LOCK.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": list(ids)})
    return {row["id"]: row["deleted_at"] is None for row in rows}


async def lock_live(session: AsyncSession, contact_id: UUID) -> None:
    """Raises ContactNotFound, ContactDeleted."""
    is_live = (await lock_contacts(session, [contact_id])).get(contact_id)
    if is_live is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if not is_live:
        raise ContactDeleted(f"Contact {contact_id} was deleted. Restore it first.")


async def record_decisions(session: AsyncSession, digests: Digests, decisions: Sequence[NewDecision]) -> list[Recorded]:
    """Of contacts that are locked, in any order; the results in the order given. What is recorded already stays."""
    if not decisions:
        return []
    context = session.info["context"]
    ids = [new_id() for _ in decisions]
    more = {"tenant_id": context.tenant_id, "recorded_by": context.actor_id}
    rows = [{**asdict(each), **more, "id": own} for each, own in zip(decisions, ids, strict=True)]
    rows.sort(key=lambda row: (row["occurred_at"], row["decision"]))  # a withdrawal of the same instant comes last
    added = await ADD.run(session, {"rows": document(rows)})
    new = {row["id"] for row in added}
    known = {} if len(new) == len(rows) else await _recorded(session, {each.contact_id for each in decisions})
    versions: dict[UUID, int] = {}
    for row in added:
        versions[row["contact_id"]] = max(versions.get(row["contact_id"], 0), row["seq"])
    fresh = [each for each, own in zip(decisions, ids, strict=True) if own in new]
    await _tell(session, digests, versions, fresh)
    return [
        Recorded(own, is_new=True) if own in new else Recorded(known[each.key], is_new=False)
        for each, own in zip(decisions, ids, strict=True)
    ]


async def standings_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What counts now, as the transaction sees it."""
    tenant_id = session.info["context"].tenant_id
    given = {"tenant_id": tenant_id, "ids": contact_ids, "as_of": None, "known_at": None}
    return [dict(row) for row in (await session.execute(STANDINGS, given)).mappings()]


async def consents_of(session: AsyncSession, contact_id: UUID) -> list[dict[str, Any]]:
    return [row for row in await standings_of(session, [contact_id]) if row["purpose"] != DO_NOT_CONTACT]


async def do_not_contact_of(session: AsyncSession, contact_id: UUID) -> list[dict[str, Any]]:
    return [row for row in await standings_of(session, [contact_id]) if row["purpose"] == DO_NOT_CONTACT]


async def _recorded(session: AsyncSession, contact_ids: Collection[UUID]) -> dict[tuple[Any, ...], UUID]:
    rows = await FIND.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": list(contact_ids)})
    return {tuple(row.values())[1:]: row["id"] for row in rows}


async def _tell(
    session: AsyncSession, digests: Digests, versions: Mapping[UUID, int], fresh: Sequence[NewDecision]
) -> None:
    """What counts now, of the contacts for whom something was recorded."""
    if not fresh:
        return
    standings: dict[UUID, list[Any]] = {contact_id: [] for contact_id in versions}
    for row in await standings_of(session, list(versions)):
        standings[row["contact_id"]].append(row)
    decided: dict[UUID, list[NewDecision]] = {contact_id: [] for contact_id in versions}
    for each in fresh:
        decided[each.contact_id].append(each)
    await _block(session, digests, standings, fresh)
    await stage_many(session, _facts(versions, standings, decided))


def _facts(
    versions: Mapping[UUID, int], standings: Mapping[UUID, Sequence[Any]], decided: Mapping[UUID, Sequence[NewDecision]]
) -> Iterable[Event]:
    for contact_id, version in versions.items():
        purposes = {each.purpose for each in decided[contact_id]}
        if DO_NOT_CONTACT in purposes:
            yield do_not_contact_event(contact_id, version, standings[contact_id])
        if purposes - {DO_NOT_CONTACT}:
            yield ConsentChanged(
                contact_id=contact_id,
                version=version,
                consents=[fact_of(row) for row in standings[contact_id] if row["purpose"] != DO_NOT_CONTACT],
                decided=[
                    fact_of({**asdict(each), "state": each.decision})
                    for each in decided[contact_id]
                    if each.purpose != DO_NOT_CONTACT
                ],
            )


async def _block(
    session: AsyncSession, digests: Digests, standings: Mapping[UUID, Sequence[Any]], fresh: Sequence[NewDecision]
) -> None:
    """The addresses of those who may not be contacted stay blocked without the contact, too."""
    about = {each.contact_id: each.source for each in fresh if each.purpose == DO_NOT_CONTACT}
    for source in sorted(set(about.values())):
        mine = {each: blocked_channels(standings[each]) for each, own in about.items() if own == source}
        await suppress_own(session, digests, mine, source=source)


def blocked_channels(standings: Sequence[Any], purpose: str = DO_NOT_CONTACT) -> list[str]:
    """For a purpose, of the channels that need an address."""
    states = {row["channel"]: row["state"] for row in standings if row["purpose"] == purpose}
    of_all = states.get(Channel.ALL.value)
    return [channel.value for channel in KIND_OF if states.get(channel.value, of_all) == Decision.WITHDRAWN.value]
