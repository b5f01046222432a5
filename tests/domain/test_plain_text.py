"""Words: whatever comes in, what goes out can be shown, and cutting never breaks it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import plain_text
from tests.support.examples import examples

# Text as it goes wrong in the field: entities, double encoding, invisible and joining characters, other scripts.
PIECES = st.sampled_from(
    [
        *(
            "&amp;",
            "&amp;amp;",
            "&lt;b&gt;",
            "&#8217;",
            "&",
            ";",
            "amp;",
            "#38;",
            "â€œ",
            "â€\x9d",
            "Ã©",
            "é",
            "e\u0301",
        ),
        *(
            "\u200b",
            "\u200d",
            "\u202e",
            "\u2067",
            "\ufeff",
            "\u00ad",
            "\x00",
            "\x1b[31m",
            "\ud800",
            "\r\n",
            "\n",
            "\t",
        ),
        *(
            "👩\u200d👩\u200d👧",
            "👍🏽",
            "🇩🇪",
            "🇩",
            "❤\ufe0f",
            "می\u200cخواهم",
            "，漢字。",
            "हिन्दी",
            "ﬁ",
            "�",
            " ",
            "word",
            "5 < 6",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))
MANY = examples(300)


@MANY
@given(TEXTS)
@example("&" + "amp;" * 300 + "lt;")
@example("&#1&#49;2;" * 3)
@example("&\u200bamp;\u200blt;")
@example("á\x86\r0")
def test_repairing_a_repaired_text_changes_nothing(text: str) -> None:
    assert plain_text.repair(plain_text.repair(text)) == plain_text.repair(text)
    assert plain_text.paragraphs(plain_text.paragraphs(text)) == plain_text.paragraphs(
        text
    )


@MANY
@given(TEXTS)
def test_a_repaired_text_is_one_line_in_nfc_without_anything_that_hides_or_turns(
    text: str,
) -> None:
    shown = plain_text.repair(text)
    assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in shown)
    assert not set(shown) & set(
        "\u200b\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
    )
    assert unicodedata.is_normalized("NFC", shown)
    assert shown == shown.strip()
    assert "  " not in shown
    shown.encode()


@MANY
@given(TEXTS)
def test_paragraphs_are_parted_by_at_most_one_empty_line(text: str) -> None:
    shown = plain_text.paragraphs(text)
    assert "\n\n\n" not in shown
    assert plain_text.repair(shown) == plain_text.repair(text)
    assert not any(unicodedata.category(one) == "Cc" and one != "\n" for one in shown)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("â€œis the right thing", "“is the right thing"),
        ("â€œis the right thingâ€\x9d", "“is the right thing”"),
        ("AT&amp;T", "AT&T"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("5 &lt; 6", "5 < 6"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("soft\u00adhyphen", "softhyphen"),
        ("cafe\u0301", "café"),
        ("two\nlines\tand  more", "two lines and more"),
        ("“curly” quotes", "“curly” quotes"),
        ("你好，世界！", "你好，世界！"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_repair_gives_what_was_meant(written: str, meant: str) -> None:
    assert plain_text.repair(written) == meant


def test_entities_nested_without_end_are_decoded_in_counted_rounds() -> None:
    nested = "&" + "#38;" * 2_000 + "lt;"
    assert len(plain_text.repair(nested)) < len(nested)


@MANY
@given(TEXTS, st.integers(0, 80))
def test_a_shortened_text_fits_and_shortening_it_again_changes_nothing(
    text: str, limit: int
) -> None:
    cut = plain_text.shorten(text, limit)
    assert plain_text.units(cut) <= limit or cut == text == ""
    assert plain_text.shorten(cut, limit) == cut
    assert plain_text.units(cut) == len(cut.encode("utf-16-le", "surrogatepass")) // 2


@MANY
@given(TEXTS.map(plain_text.repair), st.integers(1, 60))
def test_a_cut_never_parts_characters_that_are_read_as_one(
    text: str, limit: int
) -> None:
    cut = plain_text.shorten(text, limit)
    if cut == text:
        return
    kept = cut.removesuffix("…")
    assert text.startswith(kept)
    before, after = kept[-1:], text[len(kept)]
    assert before != "\u200d"
    flags = len(kept) - len(kept.rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
    if kept:
        assert after not in "\u200c\ufe0f\U0001f3fd"
        joined = after == "\u200d" and text[len(kept) + 1 :].strip(" ,;:–—-.\u200d")
        assert not (joined and text[len(kept) + 1] not in " ,;:–—-.\u200d")
        assert not unicodedata.category(after).startswith("M")
        assert not ("\U0001f1e6" <= after <= "\U0001f1ff" and flags % 2)


def test_a_row_of_flags_is_cut_between_two_of_them() -> None:
    assert plain_text.shorten("🇩🇪" * 10, 11) == "🇩🇪🇩🇪…"


def test_a_long_text_ends_at_a_word() -> None:
    assert plain_text.shorten("The quick brown fox jumps", 18) == "The quick brown…"
    assert plain_text.shorten("The quick brown, fox jumps", 17) == "The quick brown…"


def test_a_script_without_spaces_is_cut_where_the_room_ends() -> None:
    assert plain_text.shorten("漢" * 30, 10) == "漢" * 9 + "…"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Power Apps” – what's new?", "power apps what s new"),
        ("STRASSE", "straße"),
        ("ﬁne", "FINE"),
        ("C++ & Java", "c java"),
    ],
)
def test_titles_are_compared_without_case_and_punctuation(one: str, other: str) -> None:
    assert plain_text.title_key(one) == plain_text.title_key(other)


@MANY
@given(TEXTS)
def test_the_key_of_a_title_key_is_itself(text: str) -> None:
    assert plain_text.title_key(plain_text.title_key(text)) == plain_text.title_key(
        text
    )


@MANY
@given(st.text("‘’“”–—… \nabzAZ09.,;:'\"!?()<>%", max_size=60))
def test_what_needs_no_repair_is_what_the_repair_gives(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_text, "_PLAIN", re.compile("(?!)"))
        patch.setattr(plain_text, "_is_tidy", lambda _: False)
        repaired = (plain_text.repair(text), plain_text.paragraphs(text))
    assert (plain_text.repair(text), plain_text.paragraphs(text)) == repaired


@MANY
@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_a_title_in_ascii_has_the_key_it_would_have_in_any_script(title: str) -> None:
    assert (
        plain_text.title_key(title)
        == plain_text.title_key(f"{title} é").removesuffix("é").strip()
    )


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "file", "1 file"),
        (2, "file", "2 files"),
        (0, "delivery", "0 deliveries"),
        (3, "day", "3 days"),
    ],
)
def test_a_count_is_said_with_its_noun(count: int, noun: str, said: str) -> None:
    """Words of the log and of `check`."""
    assert plain_text.counted(count, noun) == said


def test_repairs_that_lay_bare_others_come_to_an_end() -> None:
    """Each round finds an entity that the last one's stripped character had hidden; after a few it stays as it is."""
    hidden = "&a&#82&#82\u200b03;03;mp;lt;"
    repaired = plain_text.repair(hidden)
    assert "\u200b" not in repaired
