"""What this service has of persons. A slice whose tables have `contact_id` needs nothing here."""

from campaign_service.migrations import METADATA
from shared.privacy import Holdings, Rule, by_consumer

PROJECTIONS = (Rule("known_contacts", "id = any(cast(:person_ids as uuid[])) and not deleted", act=by_consumer),)
HOLDINGS = Holdings(METADATA, rules=PROJECTIONS)
