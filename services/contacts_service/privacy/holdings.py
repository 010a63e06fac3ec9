"""What this service has of persons. A slice whose tables have `contact_id` needs nothing here: see `shared.privacy`."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.consents.erasing import erase_consents
from contacts_service.privacy.files import forget_exports, forget_uploads
from contacts_service.suppressions.models import Digests
from shared.privacy import Holdings, Person, Rule
from shared.privacy.person import Act

THEIRS = "contact_id = any(cast(:person_ids as uuid[]))"
OF_RECORD = "record_id = any(cast(:person_ids as uuid[]))"
BETWEEN = "contact_id = any(cast(:person_ids as uuid[])) or other_contact_id = any(cast(:person_ids as uuid[]))"
OF_ASSET = f"asset_id in (select id from assets where tenant_id = :tenant_id and {THEIRS})"  # noqa: S608 - our own names
OF_ENTITLEMENT = f"entitlement_id in (select id from entitlements where tenant_id = :tenant_id and {OF_ASSET})"  # noqa: S608 - our own names
OF_PAIR = "left_id = any(cast(:person_ids as uuid[])) or right_id = any(cast(:person_ids as uuid[]))"
OF_MERGE = "survivor_id = any(cast(:person_ids as uuid[])) or merged_ids && cast(:person_ids as uuid[])"
OF_ASSETS = ("entitlements", "usage_readings", "asset_usages", "performed_services", "service_dues")
FREE = {
    "import_failed_rows": "they go with their import",
    "companies": "organisations",
    "privacy_answers": "counts",
    "suppressed_addresses": "keyed hashes, which keep an opt-out after the person is forgotten",
    "audit_entries": "ids and names of fields; the chain would break",
    "audit_heads": "the end of the chain",
    **dict.fromkeys(("consent_purposes", "consent_texts", "topics"), "what the business asks and offers"),
    **dict.fromkeys(("lifecycle_configs", "quality_rules", "tags", "lists"), "settings of the business"),
    **dict.fromkeys(("field_definitions", "field_stamps", "relationship_kinds"), "settings of the business"),
    **dict.fromkeys(("service_centres", "service_centre_holidays", "service_policies"), "what the business offers"),
    "service_policy_spreads": "how far a policy has come",
    "duplicate_weights": "learnt from all",
    **dict.fromkeys(("teams", "absences", "assignment_rules", "assignment_turns"), "those who work here"),
    **dict.fromkeys(("territories", "handovers"), "who looks after whom, by ids"),
}


def holdings(metadata: Sequence[MetaData], files_dir: Path, digests: Digests) -> Holdings:
    return Holdings(
        metadata,
        root="contacts",
        rules=[
            Rule("imports", "false", act=forget_uploads(files_dir)),
            Rule("exports", "false", act=forget_exports(files_dir)),
            Rule("privacy_requests", f"{THEIRS} and reason is not null", change="reason = null"),
            Rule("consent_decisions", THEIRS, act=_erase_consents(digests)),
            Rule("record_changes", OF_RECORD),
            Rule("custom_field_values", OF_RECORD),
            Rule("relationships", BETWEEN),
            Rule("duplicates", OF_PAIR),
            Rule("merges", OF_MERGE),
            Rule("entitlement_uses", OF_ENTITLEMENT),
            *(Rule(table, OF_ASSET) for table in OF_ASSETS),
        ],
        free=FREE,
        derived=("contact_keys", "contact_search"),
    )


def _erase_consents(digests: Digests) -> Act:
    async def erase(session: AsyncSession, person: Person) -> int:
        return await erase_consents(session, digests, person.ids)

    return erase
