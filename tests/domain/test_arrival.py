"""Whether an article may go out: drafts, dates to come, expiry, bulk arrivals. Pure rules, tried with any facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arrival import (
    SLACK,
    TOGETHER,
    Facts,
    Future,
    Waits,
    decide,
    is_bulk,
    is_emptied,
    news_since,
)

NOW = 1_800_000_000_000
moments = st.one_of(st.none(), st.integers(NOW - 10**10, NOW + 10**10))
facts = st.builds(Facts, moments, moments, st.booleans(), st.booleans())
waits = st.sampled_from(Waits)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Facts(NOW - 1), Waits.NOTHING),
        (Facts(None), Waits.NOTHING),
        (Facts(NOW), Waits.NOTHING),
        (Facts(NOW + 1), Waits.FUTURE),
        (Facts(NOW - 1, draft=True), Waits.DRAFT),
        (Facts(NOW + 1, draft=True), Waits.DRAFT),
        (Facts(NOW - 1, expires=NOW), Waits.EXPIRED),
        (Facts(NOW - 1, expires=NOW + 1), Waits.NOTHING),
        (Facts(NOW + 9, expires=NOW - 1, draft=True), Waits.EXPIRED),
        (Facts(NOW - 1, unpublished=True), Waits.NOTHING),
    ],
)
def test_what_a_new_article_waits_for(now: Facts, expected: Waits) -> None:
    assert decide(now, NOW) is expected


def test_an_unpublished_article_waits_for_an_editor_where_it_is_to_be_held() -> None:
    assert decide(Facts(unpublished=True), NOW, hold=True) is Waits.EDITOR
    still = decide(
        Facts(unpublished=True), NOW, before=Waits.EDITOR, was=Facts(unpublished=True)
    )
    assert still is Waits.EDITOR  # also where the setting was changed meanwhile


@given(
    facts, waits, st.one_of(st.none(), facts), st.sampled_from(Future), st.booleans()
)
def test_what_has_expired_never_goes_out(
    now: Facts, before: Waits, was: Facts | None, future: Future, hold: bool
) -> None:
    found = decide(now, NOW, before=before, was=was, future=future, hold=hold)
    assert (found is Waits.EXPIRED) == (now.expires is not None and now.expires <= NOW)


@given(facts, facts, st.sampled_from(Future), st.booleans())
def test_what_an_editor_let_go_stays_free_while_its_file_says_the_same(
    now: Facts, was: Facts, future: Future, hold: bool
) -> None:
    now = replace(now, expires=None)
    assert (
        decide(now, NOW, before=Waits.NOTHING, was=now, future=future, hold=hold)
        is Waits.NOTHING
    )
    if (
        decide(now, NOW, before=Waits.NOTHING, was=was, future=future, hold=hold)
        is Waits.DRAFT
    ):
        assert now.draft
        assert not was.draft


@given(facts, st.sampled_from(TOGETHER), facts, st.sampled_from(Future), st.booleans())
def test_a_changed_file_does_not_decide_what_editors_are_asked_about(
    now: Facts, before: Waits, was: Facts, future: Future, hold: bool
) -> None:
    found = decide(now, NOW, before=before, was=was, future=future, hold=hold)
    assert found in (before, Waits.DRAFT, Waits.FUTURE, Waits.EXPIRED)


@given(facts, waits, facts, st.booleans())
def test_a_date_to_come_waits_for_nothing_where_it_is_to_be_posted(
    now: Facts, before: Waits, was: Facts, hold: bool
) -> None:
    assert (
        decide(now, NOW, before=before, was=was, future=Future.POST, hold=hold)
        is not Waits.FUTURE
    )


@given(st.one_of(st.none(), st.integers(0, 2 * NOW)))
def test_a_clock_that_was_ahead_makes_nothing_of_today_old(scanned: int | None) -> None:
    assert news_since(scanned, NOW) <= NOW - SLACK // (SLACK / 172_800_000)


def test_a_weeks_downtime_is_news() -> None:
    week, day = 7 * 86_400_000, 86_400_000
    assert news_since(NOW - week, NOW) == NOW - week - 2 * day


@pytest.mark.parametrize(
    ("older", "above", "bulk"),
    [(20, 20, False), (21, 20, True), (1, 0, True), (9_999, None, False)],
)
def test_more_than_so_many_old_ones_are_a_bulk_arrival(
    older: int, above: int | None, bulk: bool
) -> None:
    assert is_bulk(older, above) is bulk


@pytest.mark.parametrize(
    ("known", "found", "emptied"),
    [
        (3_000, 0, True), (3_000, 299, True), (3_000, 300, False), (1, 0, True), (9, 1, False), (0, 0, False),
        (3_000, 3_000, False),
    ],
)  # fmt: skip
def test_a_folder_with_hardly_a_file_left_is_not_the_folder_that_it_was(
    known: int, found: int, emptied: bool
) -> None:
    assert is_emptied(known, found) is emptied
