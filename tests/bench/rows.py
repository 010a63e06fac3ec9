"""What the bare baseline makes of a contact that it is given, without a check."""

from typing import Any
from uuid import UUID

from contacts_service.contacts.search import grams_of
from shared.ids import new_id
from tests.bench.statements import READ

BLANK = dict.fromkeys(READ) | {"type": "contact", "version": 1, "addresses": [], "tags": []}


def row_of(tenant_id: UUID, given: dict[str, Any]) -> dict[str, Any]:
    """The contact's columns, its external key, what search needs, and what the answer and the event tell."""
    email, phone, external = given.get("email"), _e164(given.get("phone")), given.get("external_id")
    text = f"{given['full_name']} {email or ''} {f'{phone[1:]} 0{phone[3:]}' if phone else ''}".lower()
    columns = _columns(given, email, phone, external)
    return {
        **columns,
        "sort_name": given["full_name"].lower(),
        "external": f"{external['system']}\x1f{external['id']}" if external else None,
        "text": text,
        "grams": grams_of(tenant_id, text),
        "body": {**BLANK, **columns},
    }


def _columns(
    given: dict[str, Any], email: str | None, phone: str | None, external: dict[str, str] | None
) -> dict[str, Any]:
    given_name, _, family_name = given["full_name"].partition(" ")
    return {
        **given,
        "id": new_id(),
        "given_name": given_name,
        "family_name": family_name,
        "phone": phone,
        "emails": [{"value": email, "label": None, "primary": True}] if email else [],
        "phones": [{"value": phone, "label": None, "primary": True, "extension": None}] if phone else [],
        "external_ids": [external] if external else [],
    }


def _e164(phone: str | None) -> str | None:
    return f"+66{phone[1:].replace('-', '')}" if phone else None
