"""What this service has of persons. A slice whose tables have `contact_id` needs nothing here."""

from analytics_service.migrations import METADATA
from shared.privacy import Holdings, Rule, by_consumer

THEIRS = "contact_id = any(cast(:person_ids as uuid[]))"
PROJECTIONS = (
    Rule("features", f"{THEIRS} and not contact_deleted", act=by_consumer),
    Rule("known_orders", THEIRS, act=by_consumer),
    Rule("known_interactions", THEIRS, act=by_consumer),
)
HOLDINGS = Holdings(METADATA, rules=PROJECTIONS)
