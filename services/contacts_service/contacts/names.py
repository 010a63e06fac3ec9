"""Names in Thai, Latin and East Asian script: taken apart without losing a word, put together in their own order."""

import re
from dataclasses import dataclass
from enum import StrEnum

from contacts_service.contacts.texts import clean_text


class NameOrder(StrEnum):
    GIVEN_FIRST = "given_first"
    FAMILY_FIRST = "family_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """Absent parts are empty. `order` is how the bearer shows the name, whatever order it was typed in."""

    prefix: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    nickname: str = ""
    order: NameOrder = NameOrder.GIVEN_FIRST


_THAI_DOTTED = (
    "น.ส. ด.ช. ด.ญ. ดร. ศ. รศ. ผศ. อ. นพ. พญ. ทพ. ทพญ. ภก. ภญ. สพ.ญ. น.สพ. ม.ร.ว. ม.ล. ม.จ. "
    "จ.ส.อ. จ.ส.ต. จ.ส.ท. จ.อ. จ.ท. จ.ต. "
    "ส.อ. ส.ท. ส.ต. ร.อ. ร.ท. ร.ต. พ.อ. พ.ท. พ.ต. พล.อ. พล.ท. พล.ต. พล.จ. "
    "ร.ต.อ. ร.ต.ท. ร.ต.ต. พ.ต.อ. พ.ต.ท. พ.ต.ต. พล.ต.อ. "
    "พล.ต.ท. พล.ต.ต. ส.ต.อ. ส.ต.ท. ส.ต.ต. ด.ต. น.อ. น.ท. น.ต. พล.ร.อ. พล.อ.อ. พ.จ.อ. พ.อ.อ."
)
_THAI_WORDS = (
    "นางสาว นาย นาง คุณหญิง คุณ ดอกเตอร์ ศาสตราจารย์ รองศาสตราจารย์ ผู้ช่วยศาสตราจารย์ อาจารย์ นายแพทย์ แพทย์หญิง ทันตแพทย์ "
    "เด็กชาย เด็กหญิง พระ พระครู หม่อมราชวงศ์ หม่อมหลวง หม่อมเจ้า ท่านผู้หญิง ท่าน ว่าที่ร้อยตรี ว่าที่ร้อยโท ว่าที่ร้อยเอก ว่าที่ "
    "ร้อยตรี ร้อยโท ร้อยเอก พันตรี พันโท พันเอก พลตรี พลโท พลเอก สิบตรี สิบโท สิบเอก ดาบตำรวจ"
)
_ATTACHED_WORDS = "นางสาว นาย นาง คุณหญิง คุณ เด็กชาย เด็กหญิง ว่าที่ร้อยตรี ว่าที่ร้อยโท ว่าที่ร้อยเอก"
_LATIN_TITLES = (
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev fr hon capt col maj gen lt sgt khun k herr frau "
    "monsieur m mme mlle señor sr señora sra don doña madam master"
)
_SUFFIXES = "jr jnr sr snr ii iii iv phd md mba msc bsc esq cpa dds dvm jd obe mbe cbe"
_PARTICLES = (
    "van von de da del della di du la le lo bin binti ibn al el ter ten den der dos das do zu zum zur af av st st. na ณ"
)

_TITLE_WORDS = frozenset(_THAI_WORDS.split())
_LATIN_TITLE_WORDS = frozenset(_LATIN_TITLES.split())
_DOTTED_LATIN = re.compile(r"(mr|mrs|ms|dr|prof)\.(?=[^\W\d_])", re.IGNORECASE)
_SUFFIX_WORDS = frozenset(_SUFFIXES.split())
_PARTICLE_WORDS = frozenset(_PARTICLES.split())


def _longest_first(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words.split(), key=len, reverse=True))


_DOTTED_TITLE = re.compile(f"(?:{_longest_first(_THAI_DOTTED)})")
# A vowel sign after the title means that it is the start of a name: คุณากร, นายิกา.
_ATTACHED_TITLE = re.compile(f"(?:{_longest_first(_ATTACHED_WORDS)})(?=[ก-ฮเ-ไ])")
_TITLE_LOOKALIKES = ("คุณวุฒิ", "คุณธรรม", "คุณพจน์", "คุณภัทร", "คุณานนต์", "นางนวล")
_NICKNAME = re.compile(r"\s*(?:\(([^()]+)\)|\"([^\"]+)\"|“([^“”]+)”)\s*")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_THAI = re.compile("[\u0e00-\u0e7f]")


def split_name(full: str) -> NameParts:
    """Parts of a name in any script and order; every word of `full` is in exactly one part."""
    rest, nickname = _take_nickname(clean_text(full))
    prefix, rest = split_title(rest)
    if "," in rest:
        return _from_sort_order(rest, prefix=prefix, nickname=nickname)
    words, suffix = _take_suffix(rest.split())
    return _from_words(words, prefix=prefix, suffix=suffix, nickname=nickname)


def split_title(name: str) -> tuple[str, str]:
    """Titles in front and the rest. A title that is all there is stays a name: 'คุณ'."""
    titles: list[str] = []
    rest = name
    while (found := _leading_title(rest)) and (remaining := rest[len(found) :].strip()):
        titles.append(found)
        rest = remaining
    return " ".join(titles), rest


def display_name(parts: NameParts, *, with_title: bool = True) -> str:
    """One line in the bearer's order, Thai titles attached as Thai does; the nickname if nothing else is known."""
    names = [parts.given_name, parts.middle_name, parts.family_name]
    if parts.order is NameOrder.FAMILY_FIRST:
        names = [parts.family_name, parts.given_name, parts.middle_name]
    core = " ".join(name for name in names if name) or parts.nickname
    titled = _with_title(parts.prefix, core) if with_title and parts.prefix else core
    return " ".join(part for part in (titled, parts.suffix) if part)


def _with_title(prefix: str, core: str) -> str:
    attaches = prefix.split()[-1] in _ATTACHED_WORDS.split() and core[:1] and _THAI.match(core)
    return f"{prefix}{core}" if attaches else f"{prefix} {core}".strip()


def _leading_title(text: str) -> str | None:
    word = text.split(" ", 1)[0]
    if word in _TITLE_WORDS or word.lower().removesuffix(".") in _LATIN_TITLE_WORDS:
        return word
    if not _THAI.match(text):
        match = _DOTTED_LATIN.match(text)
    else:
        match = _DOTTED_TITLE.match(text) or (
            None if word.startswith(_TITLE_LOOKALIKES) else _ATTACHED_TITLE.match(text)
        )
    return match.group() if match else None


def _take_nickname(text: str) -> tuple[str, str]:
    found = _NICKNAME.findall(text)
    rest = _NICKNAME.sub(" ", text).strip()
    if len(found) != 1 or not rest:
        return text, ""
    return rest, "".join(found[0]).strip()


def _take_suffix(words: list[str]) -> tuple[list[str], str]:
    end = len(words)
    while end > 2 and _is_suffix(words[end - 1]):
        end -= 1
    return words[:end], " ".join(words[end:])


def _is_suffix(word: str) -> bool:
    return word.lower().replace(".", "").strip(",") in _SUFFIX_WORDS


def _from_sort_order(text: str, *, prefix: str, nickname: str) -> NameParts:
    """'Doe, John Ray' is how lists are sorted, not how he is called: the order stays given first."""
    head, *tails = [part.strip() for part in text.split(",")]
    suffixes = [tail for tail in tails if tail and all(map(_is_suffix, tail.split()))]
    others = [tail for tail in tails if tail and tail not in suffixes]
    suffix = " ".join(suffixes)
    if not others or not head:
        words = " ".join([head, *others]).split()
        return _from_words(words, prefix=prefix, suffix=suffix, nickname=nickname)
    title, rest = split_title(" ".join(others))
    given, _, middle = rest.partition(" ")
    return NameParts(
        prefix=" ".join(filter(None, (prefix, title))), given_name=given, middle_name=middle, family_name=head,
        suffix=suffix, nickname=nickname,
    )  # fmt: skip


def _from_words(words: list[str], *, prefix: str, suffix: str, nickname: str) -> NameParts:
    order = NameOrder.GIVEN_FIRST
    if len(words) == 2 and all(map(_EAST_ASIAN.fullmatch, words)):
        given, middle, family, order = words[1], "", words[0], NameOrder.FAMILY_FIRST
    elif len(words) > 1 and _THAI.search(words[0]):
        given, middle, family = words[0], "", " ".join(words[1:])
    else:
        given, middle, family = _latin_parts(words)
    return NameParts(
        prefix=prefix, given_name=given, middle_name=middle, family_name=family, suffix=suffix, nickname=nickname,
        order=order,
    )  # fmt: skip


def _latin_parts(words: list[str]) -> tuple[str, str, str]:
    if len(words) < 2:
        return " ".join(words), "", ""
    start = next((i for i, word in enumerate(words[1:-1], 1) if word.lower() in _PARTICLE_WORDS), len(words) - 1)
    return words[0], " ".join(words[1:start]), " ".join(words[start:])
