"""What a reader's words mean, and the piece of a text that shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import fulltext, snippets, variants, word_forms
from bot.domain.fulltext import folded, parsed
from bot.domain.snippets import marked


@given(st.text())
def test_text_that_is_folded_stays_as_it_is(text: str) -> None:
    once = " ".join(fulltext.folded(text).split())
    assert " ".join(fulltext.folded(once).split()) == once or not text.isascii()


@pytest.mark.parametrize(
    ("words", "piece"),
    [
        ("rovers", "It is a [rover] on Mars"),
        ("mars rov", "It is a [rover] on [Mars]"),
        ("moon OR mars", "It is a rover on [Mars]"),
        ("moon", ""),
        ("-mars it", "[It] is a rover on Mars"),
        ('"a rover"', "It is [a] [rover] on Mars"),
    ],
)
def test_the_words_that_are_looked_for_are_marked(words: str, piece: str) -> None:
    parts = marked("It is a rover on Mars", parsed(words))
    assert "".join(f"[{text}]" if found else text for text, found in parts) == piece


def test_a_long_text_is_cut_at_words_around_the_first() -> None:
    text = "One two three four. " * 30 + "A rover at last. " + "Five six seven. " * 30
    piece = "".join(text for text, _ in marked(text, parsed("rover")))
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert "A rover at last." in piece
    assert len(piece) <= snippets.SNIPPET + 2


def test_a_run_without_spaces_is_marked_as_it_is_written() -> None:
    assert marked("新しい電池の研究", parsed("电池")) == [
        ("新しい", False),
        ("電池", True),
        ("の研究", False),
    ]


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_piece_of_any_text_is_a_piece_of_it(text: str, words: str) -> None:
    piece = "".join(text for text, _ in marked(text, parsed(words)))
    assert piece.strip("…") in " ".join(text.split()) or "…" in text


def test_so_many_words_are_meant_and_no_more() -> None:
    query = parsed("word " * 5_000 + "-other " * 5_000)
    assert len(query.groups) + len(query.without) == fulltext.MOST_TERMS


def test_a_variant_leads_to_a_letter_that_is_none_itself() -> None:
    assert not set(map(ord, variants.FOLDED.values())) & set(variants.FOLDED)


@pytest.mark.parametrize("words", ["moon", "— moon", 'moon "…"', "moon -—", "€ moon"])
def test_what_has_no_letter_and_no_digit_is_no_word(words: str) -> None:
    assert parsed(words) == parsed("moon")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Đà Nẵng", "da nang"),
        ("ısı", "isi"),
        ("Ёж", "еж"),
        ("Straße", "strasse"),
    ],
)
def test_letters_are_found_as_they_are_typed_without_their_marks(
    text: str, typed: str
) -> None:
    assert folded(text) == typed


def test_a_whole_word_matches_its_forms_and_no_longer_word() -> None:
    """A phrase is whole already."""
    (((word,),), ((phrase,),)) = (
        parsed(typed).groups for typed in ("network", '"two words"')
    )
    assert word.begins
    assert not word.whole.begins
    assert "networks" in word.whole.forms
    assert phrase.whole == phrase


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("clmate", "climate"),
        ("climatte", "climate"),
        ("clmiate", "climate"),
        ("clinate", "climate"),
    ],
)
def test_one_letter_may_be_missing_doubled_swapped_or_wrong(
    typed: str, written: str
) -> None:
    """Each of them leads to the word that was meant."""
    assert written in word_forms.misspelt(typed)


@pytest.mark.parametrize("word", ["ai", "12345", "x" * 60])
def test_short_words_numbers_and_very_long_ones_are_taken_as_typed(word: str) -> None:
    """Too many words are one letter away from them."""
    assert word_forms.misspelt(word) == []


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("running", "run"),
        ("making", "make"),
        ("landed", "land"),
        ("stopped", "stop"),
        ("cities", "city"),
    ],
)
def test_an_ending_is_taken_off(word: str, base: str) -> None:
    """A word is found in its other forms too."""
    (((term,),),) = (parsed(word).groups,)
    assert base in term.forms


def test_matches_that_overlap_are_marked_once() -> None:
    """The first of them counts."""
    parts = marked("climate change", parsed('climate "mate"'))
    assert "".join(text for text, _ in parts) == "climate change"
    assert [text for text, match in parts if match] == ["climate"]


def test_a_match_behind_the_end_of_the_snippet_is_not_marked() -> None:
    """The snippet is about the first match."""
    parts = marked("climate " + "word " * 80 + "change", parsed("climate change"))
    assert [text for text, match in parts if match] == ["climate"]
    assert parts[-1][0].endswith("…")


def test_a_russian_word_is_found_by_what_all_of_its_forms_share() -> None:
    """A word without an ending is searched for as it is."""
    assert parsed("выборами").groups[0][0].stem == "выбор"
    assert parsed("выбор").groups[0][0].stem == ""
    line = "Итоги выборов"
    assert marked(line, parsed("выборами")) == [("Итоги ", False), ("выборов", True)]
