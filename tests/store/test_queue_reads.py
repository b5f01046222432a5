"""Single turns of the line in which deliveries wait, and that no hot question reads a large table."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import Lane, State
from bot.domain.interpretation import after_send
from bot.domain.outcome import Delay, Outcome, Unknown, Wait
from bot.store import (
    article_lists,
    chats,
    edits,
    fanouts,
    follows,
    outbox,
    pauses,
    post_places,
    recovery,
)
from bot.store.database import rows
from tests.support.newsroom import Newsroom, article

# --- some turns of it, told one by one --------------------------------------------------------------------------------


def record(newsroom: Newsroom, name: str, *names: str) -> int:
    newsroom.later(seconds=1)
    return newsroom.number(
        f"{name}.md", article(name, f"https://one.example/{name}", topics=names)
    )


def turns_of(newsroom: Newsroom, told: int) -> list[int]:
    return [
        one["turn"]
        for one in rows(
            newsroom.db,
            "SELECT turn FROM deliveries WHERE article = ? ORDER BY chat",
            (told,),
        )
    ]


@pytest.mark.parametrize(
    "outcome",
    [Wait(99, "flood", Delay.FLOOD), Wait(99, "the network"), Unknown("lost")],
)
def test_a_story_stands_behind_one_that_comes_back_while_its_followers_are_planned(
    newsroom: Newsroom, outcome: Outcome
) -> None:
    for number in range(1, 5):
        newsroom.reader(number, "a")
    record(newsroom, "First", "a")
    newsroom.plan()
    *others, last = outbox.due(newsroom.db, newsroom.at)
    for one in others:
        newsroom.send(one)
    payload = ({"method": "sendMessage", "text": "…"}, "form")
    outbox.begin(newsroom.db, {last.delivery.id: payload}, newsroom.at)
    if isinstance(outcome, Unknown):
        outbox.settle(
            newsroom.db,
            [(last.delivery, after_send(outcome, last.delivery, newsroom.at))],
            newsroom.at,
        )
    second = record(newsroom, "Second", "a")
    fanouts.extend(newsroom.db, newsroom.at, 2)
    if isinstance(outcome, Unknown):
        outbox.set_state(newsroom.db, last.delivery.id, State.PENDING)
    else:
        outbox.settle(
            newsroom.db,
            [(last.delivery, after_send(outcome, last.delivery, newsroom.at))],
            newsroom.at,
        )
    newsroom.plan()
    assert turns_of(newsroom, second) == [0, 0, 0, 1]


def test_two_stories_planned_at_once_stand_one_behind_the_other(
    newsroom: Newsroom,
) -> None:
    for number in range(1, 5):
        newsroom.reader(number, "a", "b")
    first = record(newsroom, "First", "a")
    fanouts.extend(newsroom.db, newsroom.at, 2)
    outbox.open_(
        newsroom.db,
        record(newsroom, "Other", "c"),
        [4],
        lane=Lane.FOLLOWER,
        edition=1,
        rank=newsroom.at,
        at=newsroom.at,
    )
    newsroom.plan()
    assert turns_of(newsroom, first) == [0, 0, 0, 1]


def test_who_was_found_closed_goes_at_once_when_the_chat_opens(
    newsroom: Newsroom,
) -> None:
    chat = newsroom.reader(1, "a")
    record(newsroom, "First", "a")
    newsroom.plan()
    pauses.pause(newsroom.db, chat, newsroom.at + timedelta(hours=1), "flood")
    assert outbox.due(newsroom.db, newsroom.at) == []
    assert outbox.next_due(newsroom.db, newsroom.at) == newsroom.at + timedelta(hours=1)
    pauses.pause(newsroom.db, chat, newsroom.at + timedelta(minutes=1), "flood")
    assert outbox.next_due(newsroom.db, newsroom.at) == newsroom.at + timedelta(
        minutes=1
    )
    newsroom.later(minutes=1)
    assert [one.delivery.chat for one in outbox.due(newsroom.db, newsroom.at)] == [chat]


def test_the_turn_that_is_served_counts_those_who_sleep(newsroom: Newsroom) -> None:
    sleeper, other = newsroom.reader(1, "a"), newsroom.reader(2, "b")
    record(newsroom, "First", "a")
    for name in ("Second", "Third", "Fourth"):
        record(newsroom, name, "b")
    newsroom.plan()
    pauses.pause(newsroom.db, sleeper, newsroom.at + timedelta(hours=1), "flood")
    for _ in range(2):
        for one in outbox.due(newsroom.db, newsroom.at):
            newsroom.send(one)
    newsroom.reader(3, "c")
    assert turns_of(newsroom, story := record(newsroom, "Fifth", "c")) == []
    newsroom.plan()
    assert turns_of(newsroom, story) == [0]
    assert other


def test_planning_goes_on_until_somebody_else_asks(newsroom: Newsroom) -> None:
    for number in range(1, 8):
        newsroom.reader(number, "a")
    told = record(newsroom, "First", "a")
    free = iter([True, False])
    assert fanouts.extend_while(newsroom.db, newsroom.at, 2, lambda: next(free), 9)
    assert len(newsroom.states(told)) == 4
    assert fanouts.extend_while(newsroom.db, newsroom.at, 1, lambda: True, 2)
    assert len(newsroom.states(told)) == 6
    assert not fanouts.extend_while(newsroom.db, newsroom.at, 2, lambda: True, 9)
    assert len(newsroom.states(told)) == 7


def test_many_closed_chats_are_passed_in_pieces_and_the_next_one_is_found(
    newsroom: Newsroom,
) -> None:
    found = [newsroom.reader(number, "a") for number in range(1, 1_300)]
    record(newsroom, "First", "a")
    newsroom.plan()
    for chat in found[:-1]:
        pauses.pause(newsroom.db, chat, newsroom.at + timedelta(minutes=1), "flood")
    looks = 1
    while not (ready := outbox.due(newsroom.db, newsroom.at)):
        assert outbox.next_due(newsroom.db, newsroom.at) == newsroom.at
        looks += 1
    assert [one.delivery.chat for one in ready] == found[-1:]
    assert looks == 3
    newsroom.later(minutes=1)
    assert len(outbox.due(newsroom.db, newsroom.at, most=2_000)) == 501
    while len(outbox.due(newsroom.db, newsroom.at, most=2_000)) < 1_299:
        pass


# --- what it costs ----------------------------------------------------------------------------------------------------

#: Indexes that hold only the few that matter, or are read from one end.
SMALL = (
    *(
        "deliveries_heads",
        "deliveries_asleep",
        "deliveries_in_doubt",
        "deliveries_sending",
        "deliveries_to_edit",
    ),
    *("articles_by_time", "chats_by_setting", "deliveries_asleep_by_turn"),
)
LARGE = re.compile(
    r"SCAN (articles|deliveries|follows|chats|article_topics|aliases|attempts|updates|[acdfho])\b(?! VIRT)"
)


def test_no_hot_question_reads_all_deliveries_articles_follows_or_chats(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    chat = newsroom.reader(7, "AI", "Computer Vision")
    told = record(newsroom, "First", "AI", "Computer Vision")
    asked: dict[str, None] = {}
    newsroom.db.conn.set_trace_callback(lambda sql: asked.setdefault(sql))
    newsroom.plan()
    outbox.next_due(newsroom.db, newsroom.at, busy=[1])
    outbox.due(newsroom.db, newsroom.at, busy=[1])
    newsroom.deliver()
    newsroom.revise()
    recovery.exist(newsroom.db)
    edits.exist(newsroom.db)
    topic = follows.topic(newsroom.db, "AI").id
    article_lists.latest(newsroom.db)
    article_lists.latest(newsroom.db, topic)
    follows.overview(newsroom.db, chat)
    follows.of_chat(newsroom.db, chat)
    follows.follow(newsroom.db, chat, topic, newsroom.at)
    chats.channels(newsroom.db)
    pauses.pause(newsroom.db, chat, newsroom.at, "flood")
    post_places.by_identity(newsroom.db, chat, ["x"])
    assert told
    newsroom.db.conn.set_trace_callback(None)
    for sql in [
        one
        for one in asked
        if one.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
    ]:
        for step in newsroom.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}"):
            found = LARGE.match(step["detail"])
            assert not found or step["detail"].rpartition(" INDEX ")[2] in SMALL, (
                f"{step['detail']} in {sql}"
            )


def test_followers_whose_article_is_back_stand_before_those_still_being_planned(
    newsroom: Newsroom,
) -> None:
    for number in range(1, 7):
        newsroom.reader(number, "a")
    other = record(newsroom, "Other", "b")
    first = record(newsroom, "First", "a")
    newsroom.plan()
    story = newsroom.stored(first).article
    path = newsroom.stored(first).path
    newsroom.record(path, replace(story, removed=True))
    newsroom.record(
        newsroom.stored(other).path,
        replace(newsroom.stored(other).article, topics=("b", "a")),
    )
    fanouts.extend(newsroom.db, newsroom.at, 2)  # nobody else waits
    newsroom.record(path, story)
    newsroom.plan()
    newsroom.sound()
