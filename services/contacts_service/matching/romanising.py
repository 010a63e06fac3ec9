"""Thai written in Latin letters by sound, after the Royal Thai General System of Transcription (Royal Institute, 1999).

Tables and rules only, no dictionary: where Thai spelling leaves the end of a syllable open the guess may be wrong, and
`sounds.py` forgives exactly those guesses.
"""

import re
from functools import lru_cache

_INITIAL_LETTERS = (
    "k:ก kh:ขฃคฅฆ ng:ง ch:จฉชฌ s:ซศษส y:ญย d:ฎด t:ฏต th:ฐฑฒถทธ n:ณน b:บ p:ป ph:ผพภ f:ฝฟ m:ม r:ร l:ลฬ w:ว h:หฮ :อ"
)
_FINAL_LETTERS = "k:กขฃคฅฆ ng:ง t:จฉชซฌฎฏฐฑฒดตถทธศษส n:ญณนรลฬ p:บปผพฝฟภ m:ม i:ย o:ว :หฮอ"


def _letters(table: str) -> dict[str, str]:
    pairs = (entry.split(":") for entry in table.split())
    return {thai: latin for latin, letters in pairs for thai in letters}


_INITIAL = _letters(_INITIAL_LETTERS)
_FINAL = _letters(_FINAL_LETTERS)
_CLUSTERS = "[กขคปผพต]ร|[กขคปผพ]ล|[กขค]ว(?=[ก-ฮ]|[ะ-ฺ])|[สศซท]ร|ห[งญณนมยรลว]|อย"
_SIGN = "[ะ-ฺ็]"
_ONSET = f"({_CLUSTERS}|[ก-ฮ])"
_DOUBLE_R = f"รร(?!{_SIGN})"
_BARE = f"(?!(?:{_CLUSTERS}){_SIGN})[ก-ฮ](?!{_SIGN}|{_DOUBLE_R}|อ[ก-ฮ])"
# A syllable may stay open, then it leaves consonants without a vowel sign to the next ones in pairs; short a may not.
_END = f"((?:{_BARE}(?=(?:{_BARE}{_BARE})*(?!{_BARE})))?)"
_CLOSED = f"((?:{_BARE})?)"
_VOWELS = (
    ("เ{o}ียะ?{e}", "ia"), ("เ{o}ือะ?{e}", "uea"), ("เ{o}าะ()", "o"), ("เ{o}า()", "ao"), ("เ{o}ิ{e}", "oe"),
    ("เ{o}อะ?{e}", "oe"), ("เ{o}ย()(?!{s})", "oei"), ("เ{o}[็ะ]?{e}", "e"), ("แ(ก)()ว", "aeo"), ("แ{o}[็ะ]?{e}", "ae"),
    ("โ{o}ะ?{e}", "o"), ("[ใไ]{o}(?!{s})ย?()", "ai"), ("{o}ัวะ?{e}", "ua"), ("{o}ั{c}", "a"), ("{o}{r}{e}", "a"),
    ("{o}ำ()", "am"), ("{o}ะ()", "a"), ("{o}า(ย)(?!{s})", "a"), ("{o}า{e}", "a"),
    ("{o}[ิี]()(?=ย)", "i"), ("{o}[ิี]{e}", "i"), ("{o}[ึื]อ?{e}", "ue"), ("{o}[ุู]{e}", "u"),
    ("{o}็?อ{e}", "o"), ("{o}็{e}", "o"), ("([ก-ฮ])ว(?!{r})([ก-ฮ])(?!{s})", "ua"),
)  # fmt: skip
_PARTS = {"o": _ONSET, "e": _END, "c": _CLOSED, "r": _DOUBLE_R, "s": _SIGN}
_SYLLABLES = tuple((re.compile(pattern.format(**_PARTS)), latin, "{r}" in pattern) for pattern, latin in _VOWELS)
_BARE_RUN = re.compile(f"(?:{_BARE})+")
_BREAK = "\u200b"
_SILENT = re.compile("(?:[ทตด]ร|ษณ|[ก-ฮ])[ิุ]?์")
# What no rule reads and many names are made of, in a spelling that the rules do read.
_REGULARISED = "เพชร=เพ็ด พรหม=โพรม เจริญ=จะเริน บุตร=บุด มิตร=มิด ปิย=ปิยะ บัติ=บัด ชาติ=ชาด เกียรติ=เกียด ภัทร=พัด สวัสดิ์=สะวัด ฤ=รึ ฦ=ลึ"
_IRREGULAR = dict(entry.split("=") for entry in _REGULARISED.split())
_IRREGULARS = re.compile(f"(?:{'|'.join(_IRREGULAR)})(?!์)")
_TONES = re.compile("[่-๋ํ๎ฺฯ]")
_THAI = re.compile("[\u0e00-\u0e7f]+")


@lru_cache(maxsize=20_000)
def romanise(text: str) -> str:
    """Thai words in Latin letters, everything else untouched."""
    return _THAI.sub(lambda match: _word(match.group()), text)


def _word(thai: str) -> str:
    regular = _IRREGULARS.sub(lambda match: _BREAK + _IRREGULAR[match.group()] + _BREAK, thai)
    rest = _TONES.sub("", _SILENT.sub(_BREAK, regular))
    latin = []
    while rest:
        sound, used = _syllable(rest)
        latin.append(sound)
        rest = rest[used:]
    return "".join(latin)


def _syllable(rest: str) -> tuple[str, int]:
    for pattern, vowel, is_double_r in _SYLLABLES:
        if match := pattern.match(rest):
            onset, end = match.groups()
            final = "n" if is_double_r and not end else _FINAL.get(end, "")
            return _onset(onset) + vowel + final, match.end()
    if match := _BARE_RUN.match(rest):
        return _run(match.group()), match.end()
    return _INITIAL.get(rest[0], rest[0] if rest[0].isdecimal() else ""), 1


def _onset(letters: str) -> str:
    if len(letters) == 2 and letters[0] in "หอสศซ":
        letters = letters[1] if letters[0] in "หอ" else letters[0]
    if letters == "ทร":
        return "s"
    return "".join(_INITIAL[letter] for letter in letters)


def _run(letters: str) -> str:
    """Consonants without a vowel sign close in pairs with a short o; an odd one is open: ka-nok, phon-cha-nok."""
    if len(letters) % 2 == 0:
        pairs = zip(letters[::2], letters[1::2], strict=True)
        return "".join(f"{_INITIAL[first]}o{_FINAL[last]}" for first, last in pairs)
    odd = 0 if len(letters) < 5 else 2
    return _run(letters[:odd]) + _INITIAL[letters[odd]] + "a" + _run(letters[odd + 1 :])
