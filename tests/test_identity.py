"""What a file tells: the verdict's whole table, and that it is a matter of titles and addresses only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity import Verdict, is_same_story, judge
from tests.newsroom import AT, FIRST, article

PATH = "a.md"


def verdict(
    *, mine: int | None = None, match: int | None = None, owner: str = "", title: bool = False, first: int | None = None
) -> Verdict:
    return judge(mine=mine, match=match, owner=owner or None, path=PATH, same_title=title, first=first)


def test_a_story_nobody_told_is_new() -> None:
    assert verdict() is Verdict.NEW


def test_a_title_that_was_told_at_another_address_is_a_copy() -> None:
    assert verdict(first=3) is Verdict.COPY


def test_a_known_address_without_a_living_file_is_taken_over() -> None:
    assert verdict(match=1) is Verdict.OWN


def test_a_known_address_of_another_files_is_recorded_only() -> None:
    assert verdict(match=1, owner="b.md") is Verdict.OTHER


def test_a_file_tells_its_own_article_again_whatever_its_title_is_now() -> None:
    assert verdict(mine=1, match=1, owner=PATH, title=False) is Verdict.OWN
    assert verdict(mine=1, match=1, owner=PATH, title=True) is Verdict.OWN


def test_a_story_that_moves_keeps_its_article() -> None:
    assert verdict(mine=1, title=True, owner=PATH) is Verdict.MOVED


def test_a_story_that_moves_in_a_file_that_does_not_own_it_is_recorded_only() -> None:
    assert verdict(mine=1, title=True, owner="b.md") is Verdict.OTHER


def test_only_a_new_title_at_a_new_address_makes_a_rewritten_file_another_article() -> None:
    assert verdict(mine=1) is Verdict.NEW
    assert verdict(mine=1, first=2) is Verdict.COPY


def test_a_story_that_moves_to_another_articles_address_makes_the_two_one() -> None:
    assert verdict(mine=1, match=2, title=True) is Verdict.MERGED
    assert verdict(mine=2, match=1, title=True, owner="b.md") is Verdict.MERGED


def test_a_file_rewritten_to_tell_another_known_story_joins_nothing() -> None:
    assert verdict(mine=1, match=2) is Verdict.OWN
    assert verdict(mine=1, match=2, owner="b.md") is Verdict.OTHER


numbers = st.none() | st.integers(1, 3)


@given(mine=numbers, match=numbers, owner=st.sampled_from(["", PATH, "b.md"]), title=st.booleans(), first=numbers)
def test_nothing_known_is_ever_told_as_new(
    mine: int | None, match: int | None, owner: str, title: bool, first: int | None
) -> None:
    found = verdict(mine=mine, match=match, owner=owner, title=title, first=first)
    if found in (Verdict.NEW, Verdict.COPY):
        assert match is None
        assert mine is None or not title
    if found is Verdict.MERGED:
        assert mine is not None
        assert match not in (None, mine)
    if found is Verdict.OTHER:
        assert owner == "b.md"


@pytest.mark.parametrize("one", list(Verdict))
def test_every_verdict_is_reached(one: Verdict) -> None:
    reached = {
        verdict(),
        verdict(first=1),
        verdict(match=1),
        verdict(match=1, owner="b.md"),
        verdict(mine=1, title=True),
        verdict(mine=1, match=2, title=True),
    }
    assert one in reached


# --- whether a file goes on with its story ----------------------------------------------------------------------------

BRIEF = "The morning brief of 12 March for the whole town"


@pytest.mark.parametrize(
    ("title", "other", "goes_on"),
    [
        (FIRST, FIRST.upper(), True),
        (FIRST, "RE-TRANSMISSION: " + FIRST, True),
        (FIRST, FIRST.replace("unite", "untie"), True),
        (FIRST, FIRST.replace("against", "agaist"), True),
        (FIRST, "Parliament votes on a new law for data centres", False),
        (BRIEF, BRIEF.replace("12", "13"), False),
        ("Short one", "Short two", False),
        ("Short one", "short ONE", True),
    ],
)
def test_a_file_goes_on_with_its_story_under_its_title_or_a_corrected_one(
    title: str, other: str, goes_on: bool
) -> None:
    assert is_same_story(article(title, published=AT), article(other, published=AT)) is goes_on


def test_a_title_that_is_only_alike_needs_the_same_day_and_the_same_source_or_words() -> None:
    before = article(FIRST, published=AT, provider="One", excerpt="What happened.")
    alike = FIRST.replace("against", "agaist")
    assert is_same_story(before, article(alike, published=AT, provider="One"))
    assert is_same_story(before, article(alike, published=AT, provider="Two", excerpt="What happened."))
    assert not is_same_story(before, article(alike, published=AT, provider="Two"))
    assert not is_same_story(before, article(alike, published=AT - timedelta(days=1), provider="One"))
    assert not is_same_story(article(FIRST), article(alike, published=AT))
