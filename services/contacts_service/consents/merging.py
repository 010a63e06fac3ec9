"""Decisions go along with a merged contact. Opt-outs win: what one of the two has withdrawn, the survivor has.

A giving of the other one's does not overrule it, however late it was; only one that is recorded after the merge does.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.consents.models import ConsentDecision
from contacts_service.consents.telling import tell_anew
from contacts_service.moving import goes_along
from shared.db.statement import Statement

LATER = "given.seq > coalesce(own.counts_from, own.seq) and given.occurred_at > own.occurred_at"
GIVEN = f"""select from consent_decisions as given where given.tenant_id = :tenant_id and given.purpose = own.purpose
    and given.decision = 'given' and {LATER}"""
OVERRULE = f"""
update consent_decisions as own set counts_from = newest.seq
from (
  select max(seq) as seq from consent_decisions where tenant_id = :tenant_id and contact_id in (:merged, :survivor)
) as newest
where own.tenant_id = :tenant_id and own.contact_id in (:merged, :survivor) and own.decision = 'withdrawn'
  and not exists ({GIVEN} and given.contact_id = own.contact_id and given.channel in (own.channel, 'all'))
  and exists ({GIVEN} and given.contact_id in (:merged, :survivor) and given.contact_id <> own.contact_id
    and (given.channel in (own.channel, 'all') or own.channel = 'all'))
"""  # noqa: S608 - our own names
ALONE_AGAIN = Statement("""
update consent_decisions as own set counts_from = null
where own.tenant_id = :tenant_id and own.contact_id = any(cast(:ids as uuid[])) and own.counts_from is not null
  and not exists (select from contacts where contacts.tenant_id = :tenant_id and contacts.merged_into = own.contact_id)
""")


async def settle(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    await ALONE_AGAIN.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": contact_ids})
    await tell_anew(session, contact_ids)


goes_along(
    ConsentDecision.__tablename__,
    unique=("purpose", "channel", "occurred_at", "decision"),
    before=OVERRULE,
    settle=settle,
)
