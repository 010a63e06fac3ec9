"""After decisions: what counts now is told to the other services, and blocks the addresses that it should."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.channels import KIND_OF, Channel
from contacts_service.consents.events import ConsentChanged, do_not_contact_event, fact_of
from contacts_service.consents.models import Decision, NewDecision
from contacts_service.consents.standing import STANDINGS
from contacts_service.purposes.models import DO_NOT_CONTACT
from contacts_service.suppressions.models import Digests
from contacts_service.suppressions.service import suppress_own
from shared.db.statement import Statement
from shared.messaging.event import Event
from shared.messaging.outbox import stage_many

NEW_VERSIONS = Statement("""
select contact_id, nextval('consent_decisions_seq_seq') as version from unnest(cast(:ids as uuid[])) as contact_id
where exists (
  select from consent_decisions where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
)
""")
"""None, if nothing was ever decided for any of them."""


async def standings_of(session: AsyncSession, contact_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What counts now, as the transaction sees it."""
    tenant_id = session.info["context"].tenant_id
    given = {"tenant_id": tenant_id, "ids": contact_ids, "as_of": None, "known_at": None}
    return [dict(row) for row in (await session.execute(STANDINGS, given)).mappings()]


async def tell(
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


async def tell_anew(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """What counts now, of contacts that decisions came to or went from."""
    rows = await NEW_VERSIONS.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": contact_ids})
    if not rows:
        return
    standings: dict[UUID, list[Any]] = {contact_id: [] for contact_id in contact_ids}
    for row in await standings_of(session, contact_ids):
        standings[row["contact_id"]].append(row)
    facts: list[Event] = []
    for new in rows:
        contact_id, version = new["contact_id"], new["version"]
        mine = standings[contact_id]
        consents = [fact_of(each) for each in mine if each["purpose"] != DO_NOT_CONTACT]
        facts.append(do_not_contact_event(contact_id, version, mine))
        facts.append(ConsentChanged(contact_id=contact_id, version=version, consents=consents, decided=[]))
    await stage_many(session, facts)


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
