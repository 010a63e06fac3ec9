"""Two names, of one script or of two, compared by writing and by sound."""

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from contacts_service.matching.agreements import ALIKE, DIFFERENT, MISSING, NEAR, SAME, SWAPPED, Agreement
from contacts_service.matching.people import Name, Person

LONG_NAME = 10
MIN_TYPO_CHARS = 4
NEAR_NAME = 0.85
ALIKE_BY_SOUND = 60
_UNLIKE = (MISSING, DIFFERENT)


def compare_names(left: Person, right: Person) -> tuple[Agreement, Agreement]:
    """Given and family name; SWAPPED where one's given name is the other's family name and nothing speaks against.

    If that is all that is known, it was a family name: one side says so.
    """
    given, family = compare_name(left.given, right.given), compare_name(left.family, right.family)
    if given in _UNLIKE and family in _UNLIKE:
        crossed = compare_name(left.given, right.family), compare_name(left.family, right.given)
        if DIFFERENT not in crossed and (SAME in crossed or ALIKE in crossed):
            return (MISSING if MISSING in crossed else SWAPPED), SWAPPED
    return given, family


def compare_name(left: Name, right: Name) -> Agreement:
    """ALIKE: one typing error, or one sound; NEAR: close in spelling, an initial, or one of several names.

    Between scripts only sound can be compared; two Thai names are compared as they are written.
    """
    if not left.text or not right.text:
        return MISSING
    if left.written == right.written or left.text == right.text:
        return SAME
    if left.spelling == right.spelling:
        return ALIKE
    one, other = _comparable(left, right)
    if _is_typo(one, other) or _sounds_alike(left, right):
        return ALIKE
    is_near = JaroWinkler.similarity(one, other) >= NEAR_NAME
    return NEAR if is_near or _is_part(left.text, right.text) else DIFFERENT


def _comparable(left: Name, right: Name) -> tuple[str, str]:
    if left.written.isascii() or right.written.isascii():
        return left.spelling, right.spelling
    return left.written, right.written


def _sounds_alike(left: Name, right: Name) -> bool:
    """Only between scripts: in one script, names of one rough sound are different names, as Karl and Karen."""
    if left.written.isascii() == right.written.isascii() or left.sound != right.sound:
        return False
    return fuzz.ratio(left.spelling, right.spelling) >= ALIKE_BY_SOUND


def _is_typo(left: str, right: str) -> bool:
    """One edit in a name, two in a long one; none in the shortest, where it makes another name."""
    shorter = min(len(left), len(right))
    allowed = 0 if shorter < MIN_TYPO_CHARS else 1 if shorter < LONG_NAME else 2
    return bool(left) and OSA.distance(left, right, score_cutoff=allowed) <= allowed


def _is_part(left: str, right: str) -> bool:
    shorter, longer = sorted((left.split(), right.split()), key=len)
    if len(shorter[0]) == 1 or len(longer[0]) == 1:
        return shorter[0][0] == longer[0][0]
    return len(longer) > len(shorter) and set(shorter) <= set(longer)
