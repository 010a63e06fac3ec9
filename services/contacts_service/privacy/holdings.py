"""What this service has of persons. A slice whose tables have `contact_id` needs nothing here: see `shared.privacy`."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import MetaData

from contacts_service.privacy.uploads import forget_uploads
from shared.privacy import Holdings, Rule

THEIRS = "contact_id = any(cast(:person_ids as uuid[]))"


def holdings(metadata: Sequence[MetaData], files_dir: Path) -> Holdings:
    return Holdings(
        metadata,
        root="contacts",
        rules=[
            Rule("imports", "false", act=forget_uploads(files_dir)),
            Rule("privacy_requests", f"{THEIRS} and reason is not null", change="reason = null"),
        ],
        free={
            "import_failed_rows": "they go with their import",
            "companies": "organisations",
            "privacy_answers": "counts",
        },
        derived=("contact_keys", "contact_search"),
    )
