"""A4: no question crashes or stalls us, and values never become SQL."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks import language


def test_every_question_is_refused_or_becomes_sql_of_its_shape() -> None:
    result = language.run(None, 3_000, 4)

    assert result.held, result
    assert result.figures["compiled"] > 250


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {
            "c": st.integers(0, 3),
            "w": st.booleans(),
            "q": st.dictionaries(
                st.sampled_from(["filter", "q", "sort", "fields", "limit", "cursor", "id", "tags[contains]"]),
                st.recursive(
                    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
                    lambda inner: (
                        st.lists(inner, max_size=4)
                        | st.dictionaries(st.sampled_from(["and", "or", "not", "field", "op", "value"]), inner)
                    ),
                    max_leaves=20,
                ),
            ),
        }
    )
)
def test_no_structure_crashes_a_question(question: dict[str, object]) -> None:
    raw = json.dumps(question).encode()

    assert language.attack(raw, language.Bench()) is None
