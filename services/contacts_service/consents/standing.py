"""What counts now of all that was decided: the rule of `models.py` as one select, for one contact or a thousand.

Read as of a moment it knows what had occurred by then; `known_at` leaves out what was recorded later.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array, distinct_on

from contacts_service.channels import Channel
from contacts_service.consents.models import ConsentDecision, Decision
from shared.db.record import Instant

D = ConsentDecision.__table__


def _by(name: str) -> ColumnElement[Any]:
    """A moment that may be left out."""
    return func.coalesce(cast(bindparam(name), Instant), literal_column("'infinity'::timestamptz"))


known = (
    select(D, func.array_agg(D.c.channel).over(partition_by=(D.c.contact_id, D.c.purpose)).label("channels"))
    .where(
        D.c.tenant_id == bindparam("tenant_id"),
        D.c.contact_id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        D.c.occurred_at <= _by("as_of"),
        D.c.recorded_at <= _by("known_at"),
    )
    .subquery("known")
)
COVERED = case((known.c.channel == Channel.ALL.value, known.c.channels), else_=array([known.c.channel]))
covered = select(func.unnest(COVERED).label("channel")).distinct().correlate(known).lateral("covered")
"""The channels that a decision is about, of those that were ever decided on: no join, for a thousand contacts have
thousands of decisions, and nothing tells the planner so."""
PAIR = (known.c.contact_id, known.c.purpose, covered.c.channel)


def _of_withdrawals(column: ColumnElement[Any]) -> ColumnElement[Any]:
    withdrawn = known.c.decision == Decision.WITHDRAWN.value
    return func.max(column).filter(withdrawn).over(partition_by=PAIR)


applying = (
    select(
        known,
        covered.c.channel.label("for_channel"),
        _of_withdrawals(func.coalesce(known.c.counts_from, known.c.seq)).label("last_recorded"),
        _of_withdrawals(known.c.occurred_at).label("last_occurred"),
    )
    .join_from(known, covered, true())
    .subquery("applying")
)
IS_WITHDRAWN = applying.c.decision == Decision.WITHDRAWN.value
COUNTS = and_(
    ~IS_WITHDRAWN,
    or_(
        applying.c.last_recorded.is_(None),
        and_(applying.c.seq > applying.c.last_recorded, applying.c.occurred_at > applying.c.last_occurred),
    ),
)
STANDINGS = (
    select(
        applying.c.contact_id,
        applying.c.purpose,
        applying.c.for_channel.label("channel"),
        applying.c.decision.label("state"),
        applying.c.channel.label("decided_for"),
        applying.c.id.label("decision_id"),
        applying.c.seq,
        applying.c.lawful_basis,
        applying.c.occurred_at,
        applying.c.recorded_at,
        applying.c.source,
        applying.c.evidence,
        applying.c.text_version,
        applying.c.recorded_by,
    )
    .ext(distinct_on(applying.c.contact_id, applying.c.purpose, applying.c.for_channel))
    .order_by(
        applying.c.contact_id,
        applying.c.purpose,
        applying.c.for_channel,
        COUNTS.desc(),
        IS_WITHDRAWN.desc(),
        applying.c.seq.desc(),
    )
)
"""One row for each contact, purpose and channel that was ever decided on, with the decision that settles it."""
