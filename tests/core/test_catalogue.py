"""What a course is found by: every part of its texts, of one character or more, and nothing else (R39)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.core.catalogue import LONGEST_QUERY, MOST_TERMS, fold, grams_of, search_text, seek

TEXTS = st.text(st.sampled_from("高等数学大王ＡbC1 ^=%_\n"), min_size=1, max_size=12)


def test_texts_are_compared_without_case_width_and_what_cannot_be_seen() -> None:
    assert fold("  ＣａｌＣ\u200b 高等\t数学\n") == "calc 高等 数学"


def test_a_course_has_the_grams_of_its_texts_those_of_its_title_and_the_title() -> None:
    assert grams_of("数学", ["王"]) == ["^^学", "^^数", "^数学", "学", "数", "数学", "王", "=数学"]


def test_grams_do_not_reach_over_a_blank_or_from_one_text_into_the_next() -> None:
    grams = grams_of("a b", ["c"])
    assert {"ab", "bc", "a b", " b"}.isdisjoint(grams)
    assert search_text("A b", ["C"]) == "a b\nc"


def test_an_empty_query_looks_for_nothing() -> None:
    assert [seek(query) for query in ("", "  ", "\n", "\u200b")] == [None] * 4


def test_a_long_query_is_cut() -> None:
    many = seek(" ".join("abcdefghij"))
    long = seek("数" * 200)
    assert many is not None
    assert long is not None
    assert (len(many.words), len(long.title)) == (MOST_TERMS, LONGEST_QUERY)


def test_what_a_pattern_means_something_by_is_taken_as_it_is() -> None:
    sought = seek("50% a_b \\")
    assert sought is not None
    assert sought.patterns == ("%50\\%%", "%a\\_b%", "%\\\\%")


@given(TEXTS, TEXTS, st.data())
def test_every_part_of_a_title_finds_its_course(title: str, school: str, data: st.DataObject) -> None:
    folded = fold(title)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    sought, grams = seek(folded[start:end]), set(grams_of(title, [school]))
    if sought is None:
        return
    assert grams >= set(sought.anywhere)
    assert grams >= set(sought.in_title)


@given(TEXTS, TEXTS)
def test_grams_of_other_texts_are_not_the_titles(title: str, school: str) -> None:
    marked = {each for each in grams_of(title, [school]) if each.startswith("^") and len(each) == 3}
    assert marked == {each for each in grams_of(title, []) if each.startswith("^") and len(each) == 3}


@given(TEXTS)
def test_the_whole_title_is_found_by_itself(title: str) -> None:
    sought = seek(title)
    if sought is not None and len(sought.words) <= MOST_TERMS:
        assert set(sought.whole_title) <= set(grams_of(title, []))
