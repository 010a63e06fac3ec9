"""What this service has of persons. A slice whose tables have `contact_id` needs nothing here."""

from pathlib import Path

from interaction_service.migrations import METADATA
from interaction_service.privacy import orders
from interaction_service.privacy.interactions import erase_interactions
from interaction_service.privacy.uploads import forget_uploads
from shared.privacy import Holdings, Rule, by_consumer

THEIRS = "contact_id = any(cast(:person_ids as uuid[]))"
THEIR_INTERACTIONS = f"interaction_id in (select id from interactions where tenant_id = :tenant_id and {THEIRS})"  # noqa: S608 - our own names
PROJECTIONS = (
    Rule("known_contacts", "id = any(cast(:person_ids as uuid[])) and not deleted", act=by_consumer),
    Rule("known_contact_keys", THEIRS, act=by_consumer, exported=False),
)


def holdings(files_dir: Path) -> Holdings:
    return Holdings(
        METADATA,
        rules=[
            Rule("order_imports", "false", act=forget_uploads(files_dir)),
            Rule("interaction_keys", THEIR_INTERACTIONS, exported=False),
            Rule("interactions", THEIRS, act=erase_interactions),
            Rule("orders", orders.WHERE, act=orders.depersonalise_orders),
            *PROJECTIONS,
        ],
        free={"order_import_failed_rows": "they go with their import"},
    )
