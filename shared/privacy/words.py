"""What names a person inside a stored JSON text, spelled as our own serialisers spell it: to be looked for there.

Only what is one person's alone: ids, e-mails and external ids. Names and phones are shared, and would hit others.
"""

import orjson


def word(text: str) -> str:
    return orjson.dumps(text).decode()


def ref_word(system: str, external_id: str) -> str:
    """As `{"system":…,"id":…}` stands in events and answers."""
    return orjson.dumps({"system": system, "id": external_id}).decode()
