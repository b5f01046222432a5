"""Articles that wait before they may go out: in a real database, with a clock by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.arrival import Future, Waits
from bot.domain.article import Article
from bot.ingest import recorder, whole_scans
from bot.planning import opening
from bot.publish import editions, release, release_questions, report
from bot.rendering import waiting as words
from bot.store import (
    article_lists,
    due_articles,
    facts,
    follows,
    holding,
    notices,
    outbox,
)
from bot.store.database import milliseconds, rows
from bot.store.facts import Fact
from tests.support.newsroom import (
    FIRST,
    SECOND,
    Newsroom,
    article,
    first_page,
    open_newsroom,
)

A, B = "https://one.example/story", "https://two.example/story"


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A channel and a follower; the last whole scan has just ended."""
    room = open_newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.reader(7, "AI")
    room.later(minutes=1)
    facts.put(room.db, Fact.SCANNED, str(milliseconds(room.at)))
    room.rules = replace(room.rules, bulk_above=3)
    yield room
    room.sound()
    room.db.close()


def about(newsroom: Newsroom, **more: Any) -> Article:
    return article(
        url=A, topics=("AI",), published=newsroom.at - timedelta(hours=1), **more
    )


def old(number: int, **more: Any) -> Article:
    title = f"What was known long ago of the harbour, part {number} of many"
    return article(title, f"https://old.example/{number}", topics=("AI",), **more)


def arrive(newsroom: Newsroom, *numbers: int, days: float = 100) -> None:
    """Let so many old articles arrive in one batch."""
    read = [
        newsroom.read(
            f"{n}.md", old(n, published=newsroom.at - timedelta(days=days, seconds=-n))
        )
        for n in numbers
    ]
    recorder.record(newsroom.db, read, newsroom.rules, newsroom.at)


def due(newsroom: Newsroom) -> bool:
    return release.release_due(newsroom.db, newsroom.rules, newsroom.at).released


def is_hidden(newsroom: Newsroom, number: int) -> bool:
    """Whether readers can find it nowhere."""
    title = newsroom.stored(number).article.title
    listed = [one.id for one in article_lists.latest(newsroom.db)]
    found = [one.id for one in first_page(newsroom.db, title)]
    counted = sum(one.articles for one in follows.overview(newsroom.db))
    candidates = [one.id for one in article_lists.candidates(newsroom.db)]
    assert (number in listed) == (number in found) == bool(counted)
    assert not (number not in listed and number in candidates)
    return number not in listed


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_not_posted_and_nobody_finds_it_until_it_is_published(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", about(newsroom, draft=True))
    assert newsroom.deliver() == []
    assert is_hidden(newsroom, one)
    newsroom.later(days=9)
    newsroom.reader(8, "AI")
    newsroom.open_channel("@young")
    newsroom.later(seconds=1)
    newsroom.record("a.md", replace(about(newsroom), published=newsroom.at))
    assert newsroom.deliver() == [
        ("@news", FIRST),
        ("@young", FIRST),
        ("R7", FIRST),
        ("R8", FIRST),
    ]
    assert not is_hidden(newsroom, one)


def test_a_draft_that_an_editor_released_stays_out_whatever_else_its_file_says(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", about(newsroom, draft=True))
    assert opening.release(newsroom.db, one, newsroom.rules.channels, newsroom.at)
    assert len(newsroom.deliver()) == 2
    newsroom.record("a.md", about(newsroom, draft=True, quality=3))
    assert not is_hidden(newsroom, one)


def test_what_is_dated_to_come_goes_out_only_while_its_file_is_there(
    newsroom: Newsroom,
) -> None:
    told = replace(about(newsroom), published=newsroom.at + timedelta(hours=3))
    one = newsroom.number("a.md", told)
    for _ in range(2):
        recorder.record_missing(newsroom.db, ["a.md"])
    assert holding.counts(newsroom.db) == {}
    assert due_articles.next_moment(newsroom.db) is None
    newsroom.later(hours=4)
    assert not due(newsroom)
    newsroom.record("moved/a.md", told)
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert not is_hidden(newsroom, one)


@pytest.mark.parametrize(
    ("count", "posted", "waiting"), [(3, 3, {}), (4, 0, {Waits.BULK: 4})]
)
def test_an_archive_that_was_to_come_while_the_clock_was_far_behind_is_no_news(
    newsroom: Newsroom, count: int, posted: int, waiting: dict[Waits, int]
) -> None:
    facts.forget(newsroom.db, Fact.SCANNED)
    arrive(newsroom, *range(count), days=-1_000)
    whole_scans.record_end(newsroom.db, newsroom.at)
    assert holding.counts(newsroom.db) == {Waits.FUTURE: count}
    newsroom.later(days=1_100)
    release.release_due(newsroom.db, newsroom.rules, newsroom.at)
    assert len(newsroom.deliver()) == 2 * posted
    assert holding.counts(newsroom.db) == waiting


@pytest.mark.parametrize(("holds", "told"), [(False, []), (True, [("held", (1,))])])
def test_the_editors_hear_of_a_draft_where_it_waits_for_them(
    newsroom: Newsroom, holds: bool, told: list[tuple[str, tuple[int, ...]]]
) -> None:
    newsroom.rules = replace(newsroom.rules, hold_drafts=holds)
    one = newsroom.number("a.md", about(newsroom, draft=True))
    assert [
        (new.notice.alert, new.notice.articles) for new in notices.new(newsroom.db)
    ] == told
    assert [held.id for held in article_lists.apart(newsroom.db, drafts=holds)[0]] == (
        [one] if holds else []
    )


def test_what_was_posted_and_made_a_draft_stays_and_the_editors_hear(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", about(newsroom))
    newsroom.deliver()
    newsroom.record(
        "a.md", about(newsroom, draft=True, excerpt="Not for everybody's eyes yet")
    )
    assert newsroom.states(one) == {"@news": "sent", "R7": "sent"}
    assert newsroom.revise() == []  # nor does the post show the draft
    assert [
        (told.notice.alert, told.notice.articles) for told in notices.new(newsroom.db)
    ] == [("draft", (one,))]
    newsroom.later(hours=1)
    newsroom.record("a.md", about(newsroom, excerpt="For everybody's eyes"))
    assert newsroom.deliver() == []
    newsroom.later(minutes=2)
    assert len(newsroom.revise()) == 2


def test_a_draft_swallows_no_other_file_that_tells_the_story(
    newsroom: Newsroom,
) -> None:
    newsroom.record("drafts/a.md", about(newsroom, draft=True))
    newsroom.record("a.md", about(newsroom))
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]
    newsroom.record("drafts/b.md", article(SECOND, B, draft=True))
    newsroom.record("b.md", article(SECOND, "https://three.example/story"))
    assert newsroom.deliver() == [("@news", SECOND)]


# --- dates to come ----------------------------------------------------------------------------------------------------


def test_a_date_to_come_goes_out_at_its_moment_to_who_is_there_by_then(
    newsroom: Newsroom,
) -> None:
    moment = newsroom.at + timedelta(days=30)
    one = newsroom.number("a.md", replace(about(newsroom), published=moment))
    assert is_hidden(newsroom, one)
    assert not due(newsroom)
    assert release.release_due(newsroom.db, newsroom.rules, newsroom.at).next == moment
    newsroom.later(days=20)
    newsroom.reader(8, "AI")
    newsroom.later(days=10)
    assert due(newsroom)
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST), ("R8", FIRST)]
    assert not due(newsroom)
    assert article_lists.latest(newsroom.db)[0].id == one


@pytest.mark.parametrize("published", [None, timedelta(), timedelta(days=-3)])
def test_a_date_to_come_follows_its_file(
    newsroom: Newsroom, published: timedelta | None
) -> None:
    told = replace(about(newsroom), published=newsroom.at + timedelta(days=30))
    newsroom.record("a.md", told)
    newsroom.record("a.md", replace(told, published=newsroom.at + timedelta(days=60)))
    newsroom.later(days=31)
    assert not due(newsroom)
    newsroom.record(
        "a.md",
        replace(told, published=None if published is None else newsroom.at + published),
    )
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_date_to_come_is_posted_at_once_or_never_as_the_settings_say(
    newsroom: Newsroom,
) -> None:
    told = replace(about(newsroom), published=newsroom.at + timedelta(days=1))
    newsroom.rules = replace(newsroom.rules, future=Future.SKIP)
    one = newsroom.number("a.md", told)
    newsroom.later(days=2)
    assert not due(newsroom)
    assert newsroom.states(one) == {"@news": "skipped"}
    assert newsroom.deliver() == []
    newsroom.rules = replace(newsroom.rules, future=Future.POST)
    newsroom.record(
        "b.md", article(SECOND, B, published=newsroom.at + timedelta(days=9))
    )
    assert newsroom.deliver() == [("@news", SECOND)]


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_what_has_expired_is_never_posted_not_even_by_an_editor(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", about(newsroom, expires=newsroom.at))
    assert is_hidden(newsroom, one)
    assert not opening.release(newsroom.db, one, newsroom.rules.channels, newsroom.at)
    assert editions.republish(
        newsroom.db, one, newsroom.at, newsroom.rules.channels
    ).expired
    assert newsroom.deliver() == []
    newsroom.record("a.md", about(newsroom, expires=newsroom.at + timedelta(days=1)))
    assert len(newsroom.deliver()) == 2


def test_what_expires_while_it_waits_to_be_sent_is_not_sent(newsroom: Newsroom) -> None:
    one = newsroom.number(
        "a.md", about(newsroom, expires=newsroom.at + timedelta(hours=1))
    )
    assert release.release_due(
        newsroom.db, newsroom.rules, newsroom.at
    ).next == newsroom.at + timedelta(hours=1)
    newsroom.later(hours=1)
    due(newsroom)
    assert newsroom.deliver() == []
    assert newsroom.stored(one).waits is Waits.EXPIRED


def test_what_has_expired_since_it_was_posted_is_not_posted_again_nor_are_its_copies(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number(
        "a.md", about(newsroom, expires=newsroom.at + timedelta(days=1))
    )
    copy = newsroom.number(
        "b.md",
        article(
            FIRST, B, expires=newsroom.at + timedelta(days=1), published=newsroom.at
        ),
    )
    assert len(newsroom.deliver()) == 2
    newsroom.later(days=2)
    assert editions.republish(
        newsroom.db, one, newsroom.at, newsroom.rules.channels
    ).expired
    assert not editions.post_copy(
        newsroom.db, copy, newsroom.at, newsroom.rules.channels
    )
    assert newsroom.deliver() == []


# --- bulk arrivals ----------------------------------------------------------------------------------------------------


def test_more_old_articles_than_so_many_wait_and_can_be_found(
    newsroom: Newsroom,
) -> None:
    arrive(newsroom, 1, 2, 3, 4)
    assert newsroom.deliver() == []
    assert holding.counts(newsroom.db) == {Waits.BULK: 4}
    assert len(first_page(newsroom.db, "harbour")) == 4


def test_they_are_counted_over_ten_minutes_and_those_not_sent_yet_join(
    newsroom: Newsroom,
) -> None:
    for number in (1, 2, 3):
        arrive(newsroom, number)
        newsroom.later(minutes=2)
    newsroom.plan()
    newsroom.send(outbox.due(newsroom.db, newsroom.at)[0])
    arrive(newsroom, 4)
    assert newsroom.deliver() == []
    states = [state for n in (1, 2, 3, 4) for state in newsroom.states(n).values()]
    assert states.count("sent") == 1
    assert set(states) == {"sent", "held"}


def test_of_those_that_were_posted_already_nothing_waits_and_nobody_is_asked(
    newsroom: Newsroom,
) -> None:
    arrive(newsroom, 1, 2, 3)
    assert len(newsroom.deliver()) == 6
    newsroom.later(minutes=2)
    arrive(newsroom, 4)
    assert newsroom.deliver() == []
    assert holding.counts(newsroom.db) == {Waits.BULK: 1}
    asked = release_questions.question(newsroom.db, Waits.BULK, 10)
    assert asked
    assert asked.count == 1


def test_a_few_old_articles_now_and_then_are_posted(newsroom: Newsroom) -> None:
    for number in range(9):
        arrive(newsroom, number)
        newsroom.later(minutes=4)
    assert len(newsroom.deliver()) == 18


def test_news_is_always_posted_also_a_week_of_it(newsroom: Newsroom) -> None:
    newsroom.later(days=7)
    arrive(newsroom, *range(20), days=6)
    arrive(newsroom, *range(20, 24), days=40)
    assert len(newsroom.deliver()) == 40
    assert holding.counts(newsroom.db) == {Waits.BULK: 4}


def test_undated_articles_count_as_old(newsroom: Newsroom) -> None:
    recorder.record(
        newsroom.db,
        [newsroom.read(f"{n}.md", old(n)) for n in range(4)],
        newsroom.rules,
        newsroom.at,
    )
    assert holding.counts(newsroom.db) == {Waits.BULK: 4}


def test_where_all_are_wanted_nothing_waits(newsroom: Newsroom) -> None:
    newsroom.rules = replace(newsroom.rules, bulk_above=None)
    arrive(newsroom, *range(30))
    assert len(newsroom.deliver()) == 60


def test_a_channels_start_is_no_bulk_arrival(newsroom: Newsroom) -> None:
    facts.forget(newsroom.db, Fact.SCANNED)
    newsroom.rules = replace(newsroom.rules, channels=())
    newsroom.open_channel("@young", begun=False)
    arrive(newsroom, *range(30))
    whole_scans.record_end(newsroom.db, newsroom.at)
    assert newsroom.begin(10) == 10
    assert {where for where, _ in newsroom.deliver()} == {
        "@young"
    }  # and a follower gets no archive


def test_an_old_article_after_the_start_is_no_bulk_arrival_with_what_was_there_at_the_start(
    newsroom: Newsroom,
) -> None:
    facts.forget(newsroom.db, Fact.SCANNED)
    newsroom.rules = replace(newsroom.rules, channels=())
    newsroom.open_channel("@young", begun=False)
    arrive(newsroom, *range(30))
    whole_scans.record_end(newsroom.db, newsroom.at)
    newsroom.begin(10)
    newsroom.later(minutes=1)
    arrive(newsroom, 30)
    assert holding.counts(newsroom.db) == {}
    assert len([where for where, _ in newsroom.deliver() if where == "@young"]) == 11


def test_a_scan_that_finds_nothing_is_no_start(newsroom: Newsroom) -> None:
    facts.forget(newsroom.db, Fact.SCANNED)
    whole_scans.record_end(newsroom.db, newsroom.at)
    assert facts.moment(newsroom.db, Fact.SCANNED) is None


@pytest.mark.parametrize(("newest", "posted"), [(2, 2), (0, 0), (None, 5)])
def test_what_is_decided_of_a_bulk_arrival_is_done_once(
    newsroom: Newsroom, newest: int | None, posted: int
) -> None:
    arrive(newsroom, 1, 2, 3, 4, 5)
    done = release_questions.decide(
        newsroom.db, Waits.BULK, newest, newsroom.rules.channels, newsroom.at
    )
    assert (done.posted, done.skipped) == (posted, 5 - posted)
    assert len(newsroom.deliver()) == 2 * posted
    assert [one.id for one in article_lists.latest(newsroom.db)][:posted] == [
        5,
        4,
        3,
        2,
        1,
    ][:posted]
    assert release_questions.question(newsroom.db, Waits.BULK, 2) is None


def test_an_old_question_decides_nothing_of_a_new_bulk_arrival(
    newsroom: Newsroom,
) -> None:
    arrive(newsroom, 1, 2, 3, 4)
    asked = release_questions.question(newsroom.db, Waits.BULK, 2)
    assert asked is not None
    assert [choice.decision for choice in asked.choices] == [
        "newest",
        "all",
        "skip",
        "each",
    ]
    assert (asked.count, asked.choices[0].count) == (4, 2)
    values = [choice.value for choice in asked.choices]
    assert release_questions.answer(
        newsroom.db, values[0], newsroom.rules.channels, newsroom.at, post=True
    ) == release_questions.Decided(2, 2)
    arrive(newsroom, 5, 6, 7, 8)
    assert (
        release_questions.answer(
            newsroom.db, values[1], newsroom.rules.channels, newsroom.at, post=True
        )
        is None
    )
    assert holding.counts(newsroom.db) == {Waits.BULK: 4}


# --- a restored database ----------------------------------------------------------------------------------------------


def restore(newsroom: Newsroom) -> None:
    """What `paperboy restore` writes, and a start after it."""
    newsroom.later(hours=1)
    facts.put(newsroom.db, Fact.RESTORED, str(milliseconds(newsroom.at)))
    release.resume(newsroom.db)
    newsroom.later(minutes=1)


def test_what_the_first_scan_after_a_restore_does_not_know_waits_unless_it_is_dated_after(
    newsroom: Newsroom,
) -> None:
    restore(newsroom)
    newsroom.record("a.md", about(newsroom, quality=1))
    newsroom.record("b.md", article(SECOND, B, published=newsroom.at))
    assert newsroom.deliver() == [("@news", SECOND)]
    whole_scans.record_end(newsroom.db, newsroom.at)
    newsroom.record(
        "c.md",
        article("Nobody knew of this until this very day", "https://three.example/c"),
    )
    assert len(newsroom.deliver()) == 1
    assert holding.counts(newsroom.db) == {Waits.RESTORED: 1}
    asked = release_questions.question(newsroom.db, Waits.RESTORED, 10)
    assert asked is not None
    assert [choice.decision for choice in asked.choices] == ["all", "posted"]


def test_what_was_about_to_go_out_when_the_backup_was_made_waits(
    newsroom: Newsroom,
) -> None:
    pending = newsroom.number("a.md", about(newsroom))
    dated = newsroom.number(
        "b.md", article(SECOND, B, published=newsroom.at + timedelta(minutes=5))
    )
    draft = newsroom.number("c.md", old(1, draft=True))
    restore(newsroom)
    newsroom.record("c.md", old(1))
    due(newsroom)
    assert newsroom.deliver() == []
    assert {newsroom.stored(one).waits for one in (pending, dated, draft)} == {
        Waits.RESTORED
    }
    release_questions.decide(
        newsroom.db, Waits.RESTORED, 0, newsroom.rules.channels, newsroom.at
    )
    assert newsroom.deliver() == []


def test_a_start_after_the_scan_that_followed_a_restore_is_as_any(
    newsroom: Newsroom,
) -> None:
    restore(newsroom)
    newsroom.record("b.md", article(SECOND, B, published=newsroom.at))
    whole_scans.record_end(newsroom.db, newsroom.at)
    release.resume(newsroom.db)
    assert newsroom.deliver() == [("@news", SECOND)]


# --- how things stand -------------------------------------------------------------------------------------------------


def test_the_status_counts_by_what_is_waited_for(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.record(f"d{number}.md", old(90 + number, draft=True))
    newsroom.record(
        "f.md", article(SECOND, B, published=newsroom.at.replace(month=12, day=5))
    )
    arrive(newsroom, 1, 2, 3, 4)
    told = report.report(newsroom.db, newsroom.at)
    assert (
        words.words(told)
        == "3 drafts · 1 waits for 5 Dec · 4 older articles wait for an editor"
    )
    assert len(told.held) == 4
    assert len(report.report(newsroom.db, newsroom.at, drafts=True).held) == 7


def test_held_deliveries_belong_to_articles_that_wait(newsroom: Newsroom) -> None:
    arrive(newsroom, 1, 2, 3, 4)
    assert {
        one["state"] for one in rows(newsroom.db, "SELECT state FROM deliveries")
    } == {"held"}
