"""Whom a row is about. Reads only what the chunk knows."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from contacts_service.contacts.collation import sort_key
from contacts_service.contacts.derived import NAME_PARTS
from contacts_service.contacts.keys import Key
from contacts_service.contacts.models import Contact
from contacts_service.contacts.names import NameOrder, NameParts, display_name
from contacts_service.imports.candidates import Candidate, Rules
from contacts_service.imports.chunk import Chunk, RowRefused
from contacts_service.imports.merging import TooMany, additions
from shared.files import RowError

UNIQUE = {"email": ("email_taken", "e-mail"), "external": ("external_id_taken", "external id")}


def match_keys(candidate: Candidate, rules: Rules) -> Sequence[Key]:
    return [key for key in candidate.keys if key[0] in rules.kinds]


def name_of(candidate: Candidate) -> str:
    """As a new contact's `sort_name` would be; empty for a row without a name."""
    values = candidate.values
    if full_name := values.get("full_name"):
        return sort_key(full_name)
    parts = {name: values.get(name) or "" for name in NAME_PARTS}
    return sort_key(display_name(NameParts(**parts, order=NameOrder(values.get("name_order", NameOrder.GIVEN_FIRST)))))


def find_match(chunk: Chunk, candidate: Candidate) -> Contact | None:
    """By the best key that finds somebody; a row without such keys by all it tells. Raises RowRefused."""
    keys = match_keys(candidate, chunk.rules)
    if not keys:
        return _same_person(chunk, candidate)
    if chunk.owners.keys().isdisjoint(keys):
        return None
    for kind in chunk.rules.kinds:
        owners: Sequence[Contact] = _contacts(chunk, (key for key in keys if key[0] == kind))
        if owners and kind == "phone":
            owners = _with_this_phone(chunk, candidate, owners)
        if owners:
            return owners[0]
    return None


def refuse_taken(chunk: Chunk, candidate: Candidate, contact: Contact | None) -> None:
    """Raises RowRefused if an e-mail or external id of the row belongs to somebody else."""
    for kind, value in candidate.keys:
        if kind not in UNIQUE:
            continue
        others = [owner for owner in chunk.owners.get((kind, value), ()) if contact is None or owner != contact.id]
        if others:
            raise RowRefused(_taken(chunk, candidate, kind, value, others[0]))


def _taken(chunk: Chunk, candidate: Candidate, kind: str, value: str, owner_id: UUID) -> RowError:
    code, noun = UNIQUE[kind]
    shown, text = value.replace("\x1f", ":"), value.rpartition("\x1f")[2]
    header = chunk.rules.plan.header
    cells = enumerate(candidate.row.cells[: len(header)])
    position = next((position for position, cell in cells if text.casefold() in cell.casefold()), None)
    other = f"another contact, {owner_id}" if owner_id in chunk.known else "another contact, of somebody else"
    return RowError(
        row=candidate.row.number,
        code=code,
        detail=f"The {noun} {shown} belongs to {other}. Merge the two, or leave it out here.",
        column=None if position is None else header[position],
        position=position,
        value=text[:50],
    )


def _with_this_phone(chunk: Chunk, candidate: Candidate, owners: Sequence[Contact]) -> Sequence[Contact]:
    """At most one: families and offices share numbers, so the names must agree unless phone is the only key."""
    name = name_of(candidate)
    if not chunk.rules.phone_is_enough:
        owners = [contact for contact in owners if _agree(name, contact)]
    if len(owners) < 2:
        return owners
    best = [contact for contact in owners if _knows_all(contact, candidate)]
    best = best or [contact for contact in owners if contact.sort_name == name]
    if not best:
        detail = f"{len(owners)} contacts have this phone number. Add an e-mail or an external id to tell which."
        raise RowRefused(RowError(row=candidate.row.number, code="ambiguous_match", detail=detail))
    return best[:1]


def _agree(name: str, contact: Contact) -> bool:
    """One has no name, or the words of one are among those of the other."""
    if not name or contact.full_name in (contact.email, contact.phone):
        return True
    ours, theirs = set(name.split()), set(contact.sort_name.split())
    return ours <= theirs or theirs <= ours


def _same_person(chunk: Chunk, candidate: Candidate) -> Contact | None:
    """Somebody who has all that the row tells; else the only one of this name of whom nothing but the name is known."""
    same_name = _known(chunk, chunk.namesakes.get(name_of(candidate), ()))
    for contact in (*_contacts(chunk, candidate.keys), *same_name):
        if _knows_all(contact, candidate):
            return contact
    bare = [] if candidate.keys else [contact for contact in same_name if not contact.match_keys()]
    return bare[0] if len(bare) == 1 else None


def _knows_all(contact: Contact, candidate: Candidate) -> bool:
    try:
        return not additions(contact, candidate.values)
    except TooMany:
        return False


def _contacts(chunk: Chunk, keys: Iterable[Key]) -> list[Contact]:
    return _known(chunk, dict.fromkeys(owner for key in keys for owner in chunk.owners.get(key, ())))


def _known(chunk: Chunk, ids: Iterable[UUID]) -> list[Contact]:
    return [chunk.known[contact_id] for contact_id in ids if contact_id in chunk.known]
