"""How a Latin spelling sounds, tolerant of the many ways in which people romanise Thai.

`respell` levels the variants (Jaidee, Chaidi), keeping vowels; `sound_of` keeps the consonants in classes, after the
ideas of Soundex (Russell, 1918) and of the Thai codes LK82 (Lorchirachoonkul, 1982) and Udom83:
l, r and n are one, and t, s and ch at the end, for there Thai does not tell them apart.
"""

import re
from functools import lru_cache

_SPELLINGS = (
    ("sch|sh|sr", "s"), ("tch|ch", "j"), ("ph", "p"), ("th", "t"), ("kh|ck|gh", "k"), ("^wr", "r"), ("^kn", "n"),
    ("c(?=[eiy])", "s"), ("c|q", "k"), ("x", "ks"), ("z", "s"), ("v", "w"), ("ee|ii", "i"), ("oo|ou", "u"),
    (r"([a-z])\1+", r"\1"), ("oe(?=[a-z])", "er"), ("(?<=[aei])w(?![aeiou])", "o"), ("y(?![aeiou])", "i"),
    ("(?<=[a-z])h", ""),
)  # fmt: skip
_RESPELLED = tuple((re.compile(pattern), plain) for pattern, plain in _SPELLINGS)
_CLASSES = str.maketrans("bfgkdtlrnwy", "ppkkttnnnwy")
_REPEATED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[aeiou]")
_FINAL_STOP = re.compile("[sj]$")
_NASAL = re.compile("ng(?![aeiou])")


@lru_cache(maxsize=20_000)
def respell(latin: str) -> str:
    """One spelling for the variants of one name; `latin` is folded lower case."""
    for pattern, plain in _RESPELLED:
        latin = pattern.sub(plain, latin)
    return latin


@lru_cache(maxsize=20_000)
def sound_of(latin: str) -> str:
    """Consonant classes; a leading vowel shows as 'a'."""
    plain = _NASAL.sub("n", respell(latin).replace(" ", ""))
    leading = "a" if plain[:1] in tuple("aeiou") else ""
    classes = _FINAL_STOP.sub("t", _VOWELS.sub("", plain.translate(_CLASSES)))
    return leading + _REPEATED.sub(r"\1", classes)
