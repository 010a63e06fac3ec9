"""How closely two values of a field agree."""

from enum import IntEnum


class Agreement(IntEnum):
    """MISSING says nothing for or against; the others are how closely two known values agree."""

    MISSING = 0
    SAME = 1
    ALIKE = 2
    NEAR = 3
    SWAPPED = 4
    DIFFERENT = 5


MISSING, SAME, ALIKE, NEAR, SWAPPED, DIFFERENT = Agreement
