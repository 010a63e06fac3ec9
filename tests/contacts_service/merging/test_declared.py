"""Whoever stores something about a contact says what a merge does with it."""

from contacts_service.app import GO_ALONG
from contacts_service.database import Base
from contacts_service.migrations import MODELS
from contacts_service.moving import OWNED

FOLLOWS_BY_ITSELF = {
    "contact_keys": "made again from the contact's values",
    "contact_search": "made again from the contact's values",
    "duplicate_keys": "made again from the contact's values",
    "merge_moves": "says itself whose the rows were",
    "contact_quality": "worked out again from the contact's values",
    "contact_orders": "keeps the contact that the order names; the rules count it for whoever stands for that one",
    "lifecycle_moves": "the way of that one contact, which a second way would make unreadable",
    "contact_owners": "the owners of that one contact, by its own versions",
    "privacy_requests": "what was asked for that one contact; it names all ids of the person itself",
}


def test_every_table_with_a_contact_goes_along_or_says_why_not() -> None:
    """`goes_along` in `moving.py`; a table that must not move is named above with its reason."""
    assert MODELS
    assert GO_ALONG
    tables = {table.name for table in Base.metadata.sorted_tables if "contact_id" in table.columns}

    assert tables - OWNED.keys() - FOLLOWS_BY_ITSELF.keys() == set()
    assert FOLLOWS_BY_ITSELF.keys() <= tables
