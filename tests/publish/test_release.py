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
from bot.publish import editions, release, report
from bot.rendering import waiting as words
from bot.store import articles, facts, follows, holding, notices, outbox, search
from bot.store.database import milliseconds, rows
from bot.store.facts import Fact
from tests.support.newsroom import FIRST, SECOND, Newsroom, article, newsroom

A, B = "https://one.example/story", "https://two.example/story"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsroom]:
    """A channel and a follower; the last whole scan has just ended."""
    room = newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.reader(7, "AI")
    room.later(minutes=1)
    facts.put(room.db, Fact.SCANNED, str(milliseconds(room.at)))
    room.rules = replace(room.rules, bulk_above=3)
    yield room
    room.sound()
    room.db.close()


def about(desk: Newsroom, **more: Any) -> Article:
    return article(url=A, topics=("AI",), published=desk.at - timedelta(hours=1), **more)


def old(number: int, **more: Any) -> Article:
    title = f"What was known long ago of the harbour, part {number} of many"
    return article(title, f"https://old.example/{number}", topics=("AI",), **more)


def arrive(desk: Newsroom, *numbers: int, days: float = 100) -> None:
    """Let so many old articles arrive in one batch."""
    read = [desk.read(f"{n}.md", old(n, published=desk.at - timedelta(days=days, seconds=-n))) for n in numbers]
    recorder.record(desk.db, read, desk.rules, desk.at)


def due(desk: Newsroom) -> bool:
    return release.release_due(desk.db, desk.rules, desk.at).released


def is_hidden(desk: Newsroom, number: int) -> bool:
    """Whether readers can find it nowhere."""
    title = desk.stored(number).article.title
    listed = [one.id for one in articles.latest(desk.db)]
    found = [one.id for one in search.search(desk.db, title)]
    counted = sum(one.articles for one in follows.overview(desk.db))
    candidates = [one.id for one in articles.candidates(desk.db)]
    assert (number in listed) == (number in found) == bool(counted)
    assert not (number not in listed and number in candidates)
    return number not in listed


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_not_posted_and_nobody_finds_it_until_it_is_published(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk, draft=True))
    assert desk.deliver() == []
    assert is_hidden(desk, one)
    desk.later(days=9)
    desk.reader(8, "AI")
    desk.open_channel("@young")
    desk.later(seconds=1)
    desk.tell("a.md", replace(about(desk), published=desk.at))
    assert desk.deliver() == [("@news", FIRST), ("@young", FIRST), ("R7", FIRST), ("R8", FIRST)]
    assert not is_hidden(desk, one)


def test_a_draft_that_an_editor_released_stays_out_whatever_else_its_file_says(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk, draft=True))
    assert opening.release(desk.db, one, desk.rules, desk.at)
    assert len(desk.deliver()) == 2
    desk.tell("a.md", about(desk, draft=True, quality=3))
    assert not is_hidden(desk, one)


def test_what_is_dated_to_come_goes_out_only_while_its_file_is_there(desk: Newsroom) -> None:
    told = replace(about(desk), published=desk.at + timedelta(hours=3))
    one = desk.number("a.md", told)
    for _ in range(2):
        recorder.miss(desk.db, ["a.md"])
    assert holding.counts(desk.db) == {}
    assert holding.next_moment(desk.db) is None
    desk.later(hours=4)
    assert not due(desk)
    desk.tell("moved/a.md", told)
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert not is_hidden(desk, one)


@pytest.mark.parametrize(("count", "posted", "waiting"), [(3, 3, {}), (4, 0, {Waits.BULK: 4})])
def test_an_archive_that_was_to_come_while_the_clock_was_far_behind_is_no_news(
    desk: Newsroom, count: int, posted: int, waiting: dict[Waits, int]
) -> None:
    facts.forget(desk.db, Fact.SCANNED)
    arrive(desk, *range(count), days=-1_000)
    whole_scans.record_end(desk.db, desk.at)
    assert holding.counts(desk.db) == {Waits.FUTURE: count}
    desk.later(days=1_100)
    release.release_due(desk.db, desk.rules, desk.at)
    assert len(desk.deliver()) == 2 * posted
    assert holding.counts(desk.db) == waiting


@pytest.mark.parametrize(("holds", "told"), [(False, []), (True, [("held", (1,))])])
def test_the_editors_hear_of_a_draft_where_it_waits_for_them(
    desk: Newsroom, holds: bool, told: list[tuple[str, tuple[int, ...]]]
) -> None:
    desk.rules = replace(desk.rules, hold_drafts=holds)
    one = desk.number("a.md", about(desk, draft=True))
    assert [(new.notice.alert, new.notice.articles) for new in notices.new(desk.db)] == told
    assert [held.id for held in articles.apart(desk.db, drafts=holds)[0]] == ([one] if holds else [])


def test_what_was_posted_and_made_a_draft_stays_and_the_editors_hear(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk))
    desk.deliver()
    desk.tell("a.md", about(desk, draft=True, excerpt="Not for everybody's eyes yet"))
    assert desk.states(one) == {"@news": "sent", "R7": "sent"}
    assert desk.revise() == []  # nor does the post show the draft
    assert [(told.notice.alert, told.notice.articles) for told in notices.new(desk.db)] == [("draft", (one,))]
    desk.later(hours=1)
    desk.tell("a.md", about(desk, excerpt="For everybody's eyes"))
    assert desk.deliver() == []
    desk.later(minutes=2)
    assert len(desk.revise()) == 2


def test_a_draft_swallows_no_other_file_that_tells_the_story(desk: Newsroom) -> None:
    desk.tell("drafts/a.md", about(desk, draft=True))
    desk.tell("a.md", about(desk))
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]
    desk.tell("drafts/b.md", article(SECOND, B, draft=True))
    desk.tell("b.md", article(SECOND, "https://three.example/story"))
    assert desk.deliver() == [("@news", SECOND)]


# --- dates to come ----------------------------------------------------------------------------------------------------


def test_a_date_to_come_goes_out_at_its_moment_to_who_is_there_by_then(desk: Newsroom) -> None:
    moment = desk.at + timedelta(days=30)
    one = desk.number("a.md", replace(about(desk), published=moment))
    assert is_hidden(desk, one)
    assert not due(desk)
    assert release.release_due(desk.db, desk.rules, desk.at).next == moment
    desk.later(days=20)
    desk.reader(8, "AI")
    desk.later(days=10)
    assert due(desk)
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST), ("R8", FIRST)]
    assert not due(desk)
    assert articles.latest(desk.db)[0].id == one


@pytest.mark.parametrize("published", [None, timedelta(), timedelta(days=-3)])
def test_a_date_to_come_follows_its_file(desk: Newsroom, published: timedelta | None) -> None:
    told = replace(about(desk), published=desk.at + timedelta(days=30))
    desk.tell("a.md", told)
    desk.tell("a.md", replace(told, published=desk.at + timedelta(days=60)))
    desk.later(days=31)
    assert not due(desk)
    desk.tell("a.md", replace(told, published=None if published is None else desk.at + published))
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_date_to_come_is_posted_at_once_or_never_as_the_settings_say(desk: Newsroom) -> None:
    told = replace(about(desk), published=desk.at + timedelta(days=1))
    desk.rules = replace(desk.rules, future=Future.SKIP)
    one = desk.number("a.md", told)
    desk.later(days=2)
    assert not due(desk)
    assert desk.states(one) == {"@news": "skipped"}
    assert desk.deliver() == []
    desk.rules = replace(desk.rules, future=Future.POST)
    desk.tell("b.md", article(SECOND, B, published=desk.at + timedelta(days=9)))
    assert desk.deliver() == [("@news", SECOND)]


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_what_has_expired_is_never_posted_not_even_by_an_editor(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk, expires=desk.at))
    assert is_hidden(desk, one)
    assert not opening.release(desk.db, one, desk.rules, desk.at)
    assert editions.republish(desk.db, one, desk.at, desk.rules.channels).expired
    assert desk.deliver() == []
    desk.tell("a.md", about(desk, expires=desk.at + timedelta(days=1)))
    assert len(desk.deliver()) == 2


def test_what_expires_while_it_waits_to_be_sent_is_not_sent(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk, expires=desk.at + timedelta(hours=1)))
    assert release.release_due(desk.db, desk.rules, desk.at).next == desk.at + timedelta(hours=1)
    desk.later(hours=1)
    due(desk)
    assert desk.deliver() == []
    assert desk.stored(one).waits is Waits.EXPIRED


def test_what_has_expired_since_it_was_posted_is_not_posted_again_nor_are_its_copies(desk: Newsroom) -> None:
    one = desk.number("a.md", about(desk, expires=desk.at + timedelta(days=1)))
    copy = desk.number("b.md", article(FIRST, B, expires=desk.at + timedelta(days=1), published=desk.at))
    assert len(desk.deliver()) == 2
    desk.later(days=2)
    assert editions.republish(desk.db, one, desk.at, desk.rules.channels).expired
    assert not editions.post_copy(desk.db, copy, desk.at, desk.rules.channels)
    assert desk.deliver() == []


# --- bulk arrivals ----------------------------------------------------------------------------------------------------


def test_more_old_articles_than_so_many_wait_and_can_be_found(desk: Newsroom) -> None:
    arrive(desk, 1, 2, 3, 4)
    assert desk.deliver() == []
    assert holding.counts(desk.db) == {Waits.BULK: 4}
    assert len(search.search(desk.db, "harbour")) == 4


def test_they_are_counted_over_ten_minutes_and_those_not_sent_yet_join(desk: Newsroom) -> None:
    for number in (1, 2, 3):
        arrive(desk, number)
        desk.later(minutes=2)
    desk.plan()
    desk.send(outbox.due(desk.db, desk.at)[0])
    arrive(desk, 4)
    assert desk.deliver() == []
    states = [state for n in (1, 2, 3, 4) for state in desk.states(n).values()]
    assert states.count("sent") == 1
    assert set(states) == {"sent", "held"}


def test_of_those_that_were_posted_already_nothing_waits_and_nobody_is_asked(desk: Newsroom) -> None:
    arrive(desk, 1, 2, 3)
    assert len(desk.deliver()) == 6
    desk.later(minutes=2)
    arrive(desk, 4)
    assert desk.deliver() == []
    assert holding.counts(desk.db) == {Waits.BULK: 1}
    asked = release.question(desk.db, Waits.BULK, 10)
    assert asked
    assert asked.count == 1


def test_a_few_old_articles_now_and_then_are_posted(desk: Newsroom) -> None:
    for number in range(9):
        arrive(desk, number)
        desk.later(minutes=4)
    assert len(desk.deliver()) == 18


def test_news_is_always_posted_also_a_week_of_it(desk: Newsroom) -> None:
    desk.later(days=7)
    arrive(desk, *range(20), days=6)
    arrive(desk, *range(20, 24), days=40)
    assert len(desk.deliver()) == 40
    assert holding.counts(desk.db) == {Waits.BULK: 4}


def test_undated_articles_count_as_old(desk: Newsroom) -> None:
    recorder.record(desk.db, [desk.read(f"{n}.md", old(n)) for n in range(4)], desk.rules, desk.at)
    assert holding.counts(desk.db) == {Waits.BULK: 4}


def test_where_all_are_wanted_nothing_waits(desk: Newsroom) -> None:
    desk.rules = replace(desk.rules, bulk_above=None)
    arrive(desk, *range(30))
    assert len(desk.deliver()) == 60


def test_a_channels_start_is_no_bulk_arrival(desk: Newsroom) -> None:
    facts.forget(desk.db, Fact.SCANNED)
    desk.rules = replace(desk.rules, channels=())
    desk.open_channel("@young", begun=False)
    arrive(desk, *range(30))
    whole_scans.record_end(desk.db, desk.at)
    assert desk.begin(10) == 10
    assert {where for where, _ in desk.deliver()} == {"@young"}  # and a follower gets no archive


def test_an_old_article_after_the_start_is_no_bulk_arrival_with_what_was_there_at_the_start(desk: Newsroom) -> None:
    facts.forget(desk.db, Fact.SCANNED)
    desk.rules = replace(desk.rules, channels=())
    desk.open_channel("@young", begun=False)
    arrive(desk, *range(30))
    whole_scans.record_end(desk.db, desk.at)
    desk.begin(10)
    desk.later(minutes=1)
    arrive(desk, 30)
    assert holding.counts(desk.db) == {}
    assert len([where for where, _ in desk.deliver() if where == "@young"]) == 11


def test_a_scan_that_finds_nothing_is_no_start(desk: Newsroom) -> None:
    facts.forget(desk.db, Fact.SCANNED)
    whole_scans.record_end(desk.db, desk.at)
    assert facts.moment(desk.db, Fact.SCANNED) is None


@pytest.mark.parametrize(("newest", "posted"), [(2, 2), (0, 0), (None, 5)])
def test_what_is_decided_of_a_bulk_arrival_is_done_once(desk: Newsroom, newest: int | None, posted: int) -> None:
    arrive(desk, 1, 2, 3, 4, 5)
    done = release.decide(desk.db, Waits.BULK, newest, desk.rules, desk.at)
    assert (done.posted, done.skipped) == (posted, 5 - posted)
    assert len(desk.deliver()) == 2 * posted
    assert [one.id for one in articles.latest(desk.db)][:posted] == [5, 4, 3, 2, 1][:posted]
    assert release.question(desk.db, Waits.BULK, 2) is None


def test_an_old_question_decides_nothing_of_a_new_bulk_arrival(desk: Newsroom) -> None:
    arrive(desk, 1, 2, 3, 4)
    asked = release.question(desk.db, Waits.BULK, 2)
    assert asked is not None
    assert [choice.decision for choice in asked.choices] == ["newest", "all", "skip", "each"]
    assert (asked.count, asked.choices[0].count) == (4, 2)
    values = [choice.value for choice in asked.choices]
    assert release.answer(desk.db, values[0], desk.rules, desk.at, post=True) == release.Decided(2, 2)
    arrive(desk, 5, 6, 7, 8)
    assert release.answer(desk.db, values[1], desk.rules, desk.at, post=True) is None
    assert holding.counts(desk.db) == {Waits.BULK: 4}


# --- a restored database ----------------------------------------------------------------------------------------------


def restore(desk: Newsroom) -> None:
    """What `paperboy restore` writes, and a start after it."""
    desk.later(hours=1)
    facts.put(desk.db, Fact.RESTORED, str(milliseconds(desk.at)))
    release.resume(desk.db)
    desk.later(minutes=1)


def test_what_the_first_scan_after_a_restore_does_not_know_waits_unless_it_is_dated_after(desk: Newsroom) -> None:
    restore(desk)
    desk.tell("a.md", about(desk, quality=1))
    desk.tell("b.md", article(SECOND, B, published=desk.at))
    assert desk.deliver() == [("@news", SECOND)]
    whole_scans.record_end(desk.db, desk.at)
    desk.tell("c.md", article("Nobody knew of this until this very day", "https://three.example/c"))
    assert len(desk.deliver()) == 1
    assert holding.counts(desk.db) == {Waits.RESTORED: 1}
    asked = release.question(desk.db, Waits.RESTORED, 10)
    assert asked is not None
    assert [choice.decision for choice in asked.choices] == ["all", "posted", "each"]


def test_what_was_about_to_go_out_when_the_backup_was_made_waits(desk: Newsroom) -> None:
    pending = desk.number("a.md", about(desk))
    dated = desk.number("b.md", article(SECOND, B, published=desk.at + timedelta(minutes=5)))
    draft = desk.number("c.md", old(1, draft=True))
    restore(desk)
    desk.tell("c.md", old(1))
    due(desk)
    assert desk.deliver() == []
    assert {desk.stored(one).waits for one in (pending, dated, draft)} == {Waits.RESTORED}
    release.decide(desk.db, Waits.RESTORED, 0, desk.rules, desk.at)
    assert desk.deliver() == []


def test_a_start_after_the_scan_that_followed_a_restore_is_as_any(desk: Newsroom) -> None:
    restore(desk)
    desk.tell("b.md", article(SECOND, B, published=desk.at))
    whole_scans.record_end(desk.db, desk.at)
    release.resume(desk.db)
    assert desk.deliver() == [("@news", SECOND)]


# --- how things stand -------------------------------------------------------------------------------------------------


def test_the_status_counts_by_what_is_waited_for(desk: Newsroom) -> None:
    for number in range(3):
        desk.tell(f"d{number}.md", old(90 + number, draft=True))
    desk.tell("f.md", article(SECOND, B, published=desk.at.replace(month=12, day=5)))
    arrive(desk, 1, 2, 3, 4)
    told = report.report(desk.db, desk.at)
    assert words.words(told) == "3 drafts · 1 waits for 5 Dec · 4 older articles wait for an editor"
    assert len(told.held) == 4
    assert len(report.report(desk.db, desk.at, drafts=True).held) == 7


def test_held_deliveries_belong_to_articles_that_wait(desk: Newsroom) -> None:
    arrive(desk, 1, 2, 3, 4)
    assert {one["state"] for one in rows(desk.db, "SELECT state FROM deliveries")} == {"held"}
