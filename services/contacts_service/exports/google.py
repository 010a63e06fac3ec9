"""Google Contacts' CSV, as it exports and imports it (2026): numbered e-mails, phones and addresses with labels."""

from collections.abc import Sequence

from contacts_service.exports.cells import Contact, birthday, joined, phone, primary_first

POINTS, ADDRESSES = 5, 3
ADDRESS = {
    "Street": "street", "Extended Address": "district", "City": "city", "Region": "province",
    "Postal Code": "postal_code", "Country": "country",
}  # fmt: skip
NAMES = {
    "First Name": "given_name", "Middle Name": "middle_name", "Last Name": "family_name", "Name Prefix": "prefix",
    "Name Suffix": "suffix", "Nickname": "nickname", "Organization Title": "job_title", "Notes": "notes",
}  # fmt: skip
HEADER = [
    *NAMES,
    "Birthday",
    "Organization Name",
    "Labels",
    *(f"E-mail {n} - {part}" for n in range(1, POINTS + 1) for part in ("Label", "Value")),
    *(f"Phone {n} - {part}" for n in range(1, POINTS + 1) for part in ("Label", "Value")),
    *(f"Address {n} - {part}" for n in range(1, ADDRESSES + 1) for part in ("Label", *ADDRESS)),
]


def row(contact: Contact) -> dict[str, str]:
    cells = {heading: contact[name] or "" for heading, name in NAMES.items()}
    if not cells["First Name"] and not cells["Last Name"]:
        cells["First Name"] = contact["full_name"]
    company = contact.get("company") or {}
    cells |= {
        "Birthday": birthday(contact),
        "Organization Name": company.get("name", ""),
        "Labels": joined(contact["tags"]),
    }
    emails = primary_first(contact["emails"])
    phones = primary_first(contact["phones"])
    cells |= _numbered("E-mail", [(each["label"], each["value"]) for each in emails])
    cells |= _numbered("Phone", [(each["label"], phone(each)) for each in phones])
    for number, address in enumerate(primary_first(contact["addresses"])[:ADDRESSES], 1):
        cells[f"Address {number} - Label"] = address["label"] or ""
        cells |= {f"Address {number} - {heading}": address[part] or "" for heading, part in ADDRESS.items()}
    return cells


def _numbered(heading: str, items: Sequence[tuple[str | None, str]]) -> dict[str, str]:
    """What has no column of its own joins the last."""
    cells = {}
    for number, (label, value) in enumerate(items[:POINTS], 1):
        rest = [each for _, each in items[POINTS:]] if number == POINTS else []
        cells[f"{heading} {number} - Label"] = label or ""
        cells[f"{heading} {number} - Value"] = joined([value, *rest])
    return cells
