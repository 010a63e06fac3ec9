"""Outlook's CSV: fixed columns, three e-mails, phones by what they are for. What has no column goes to the notes."""

from collections.abc import Iterator

from contacts_service.exports.cells import Contact, birthday, phone, primary_first

NAMES = {
    "Title": "prefix", "First Name": "given_name", "Middle Name": "middle_name", "Last Name": "family_name",
    "Suffix": "suffix", "Nickname": "nickname", "Job Title": "job_title",
}  # fmt: skip
EMAILS = ("E-mail Address", "E-mail 2 Address", "E-mail 3 Address")
PHONES = {
    "mobile": ("Mobile Phone",),
    "work": ("Business Phone", "Business Phone 2"),
    "home": ("Home Phone", "Home Phone 2"),
    "main": ("Company Main Phone",),
    "work_fax": ("Business Fax",),
    "fax": ("Business Fax",),
    "home_fax": ("Home Fax",),
    "car": ("Car Phone",),
    "pager": ("Pager",),
}
ANY_PHONE = ("Primary Phone", "Other Phone")
PLACES = {"work": "Business", "home": "Home"}
ANY_PLACE = "Other"
PARTS = {
    "Street": "street", "Street 2": "district", "City": "city", "State": "province", "Postal Code": "postal_code",
    "Country/Region": "country",
}  # fmt: skip
HEADER = [
    *NAMES,
    "Company",
    *EMAILS,
    *dict.fromkeys(heading for headings in (*PHONES.values(), ANY_PHONE) for heading in headings),
    *(f"{place} {part}" for place in (*PLACES.values(), ANY_PLACE) for part in PARTS),
    "Birthday",
    "Categories",
    "Notes",
]


def row(contact: Contact) -> dict[str, str]:
    cells = {heading: contact[name] or "" for heading, name in NAMES.items()}
    if not cells["First Name"] and not cells["Last Name"]:
        cells["First Name"] = contact["full_name"]
    cells["Company"] = (contact.get("company") or {}).get("name", "")
    cells["Birthday"] = birthday(contact)
    cells["Categories"] = ";".join(contact["tags"])
    left = [*_emails(contact, cells), *_phones(contact, cells), *_addresses(contact, cells)]
    cells["Notes"] = "\n".join(filter(None, (contact["notes"], *left)))
    return cells


def _emails(contact: Contact, cells: dict[str, str]) -> Iterator[str]:
    emails = [each["value"] for each in primary_first(contact["emails"])]
    cells.update(zip(EMAILS, emails, strict=False))
    yield from (f"E-mail: {value}" for value in emails[len(EMAILS) :])


def _phones(contact: Contact, cells: dict[str, str]) -> Iterator[str]:
    for item in primary_first(contact["phones"]):
        headings = (*PHONES.get(item["label"] or "", ()), *ANY_PHONE)
        free = next((heading for heading in headings if heading not in cells), None)
        if free is None:
            yield f"Phone: {phone(item)}"
        else:
            cells[free] = phone(item)


def _addresses(contact: Contact, cells: dict[str, str]) -> Iterator[str]:
    for item in primary_first(contact["addresses"]):
        place = PLACES.get(item["label"] or "", ANY_PLACE)
        if f"{place} Street" in cells:
            yield "Address: " + ", ".join(filter(None, (item[part] for part in PARTS.values())))
        else:
            cells |= {f"{place} {heading}": item[part] or "" for heading, part in PARTS.items()}
