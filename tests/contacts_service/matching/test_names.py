"""Names in Thai and Latin script, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts_service.matching.agreements import Agreement
from contacts_service.matching.blocking import keys_of
from contacts_service.matching.comparing_names import compare_name, compare_names
from contacts_service.matching.people import name_of
from contacts_service.matching.romanising import romanise
from tests.contacts_service.matching.recognising import person

THAI_TEXT = st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B), max_size=20)
UNLIKE = (Agreement.DIFFERENT, Agreement.MISSING)


@pytest.mark.parametrize(
    ("thai", "latin"),
    [
        ("สมชาย", "somchai"), ("วิชัย", "wichai"), ("ศิริพร", "siriphon"), ("กนกวรรณ", "kanokwan"), ("ไพลิน", "phailin"),
        ("จันทร์เพ็ญ", "chanphen"), ("สมหญิง", "somying"), ("อนุชา", "anucha"), ("พิมพ์ชนก", "phimchanok"),
        ("รุ่งเรือง", "rungrueang"), ("ทองคำ", "thongkham"), ("ดวงแก้ว", "duangkaeo"), ("ประเสริฐ 9", "prasoet 9"),
    ],
)  # fmt: skip
def test_thai_is_romanised_by_its_sound(thai: str, latin: str) -> None:
    assert romanise(thai) == latin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("สมชาย", "Somchai"), ("นายสมชาย", "สมชาย"), ("ณัฐพล", "Nattapol"), ("ใจดี", "Jaidee"), ("วีระ", "Veera"),
        ("ศรีสุข", "Srisook"), ("สมบูรณ์", "Somboon"), ("ลักษณ์", "Luck"), ("Wichai", "Vichai"), ("Chaidee", "Jaidee"),
        ("ประเสริฐ", "Prasert"), ("José", "JOSE"), ("Dr. Catherine", "Katherine"), ("สมชาย", "สมช่าย"),
        ("Phillip", "Philip"), ("Smith", "Smiht"),
    ],
)  # fmt: skip
def test_one_name_in_two_spellings_is_alike(one: str, other: str) -> None:
    assert compare_name(name_of(one), name_of(other)) in (Agreement.SAME, Agreement.ALIKE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("สมชาย", "สมหญิง"),
        ("Somchai", "สมศักดิ์"),
        ("Emma", "Lachlan"),
        ("ณัฐพล", "ณัฐธิดา"),
        ("Amy", "Ann"),
        ("Karl", "Karen"),
        ("มาลี", "Suda"),
    ],
)
def test_different_names_are_not_alike(one: str, other: str) -> None:
    assert compare_name(name_of(one), name_of(other)) not in (Agreement.SAME, Agreement.ALIKE)


def test_an_initial_and_one_of_several_given_names_are_near() -> None:
    assert compare_name(name_of("J."), name_of("Jennifer")) is Agreement.NEAR
    assert compare_name(name_of("Mary Ann"), name_of("Mary")) is Agreement.NEAR


def test_given_and_family_name_exchanged_are_recognised_between_scripts() -> None:
    one = person(given_name="สมชาย", surname="ใจดี")
    other = person(given_name="Jaidee", surname="Somchai")

    assert compare_names(one, other) == (Agreement.SWAPPED, Agreement.SWAPPED)
    assert keys_of(one) & keys_of(other)


def test_a_name_in_one_cell_is_taken_apart() -> None:
    one = person(full_name="นางสาวมาลี ศรีสุข")
    other = person(given_name="Malee", surname="Srisuk")

    assert not set(compare_names(one, other)) & set(UNLIKE)
    assert keys_of(one) & keys_of(other)


@given(THAI_TEXT)
def test_any_thai_text_becomes_latin(text: str) -> None:
    assert name_of(text).text.isascii()


@given(st.one_of(THAI_TEXT, st.text(max_size=20)), st.one_of(THAI_TEXT, st.text(max_size=20)))
def test_names_compare_the_same_either_way_and_each_is_itself(one: str, other: str) -> None:
    left, right = name_of(one), name_of(other)

    assert compare_name(left, right) is compare_name(right, left)
    assert compare_name(left, left) in (Agreement.SAME, Agreement.MISSING)
