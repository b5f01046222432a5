"""Single turns of the line in which deliveries wait, and that no hot question reads a large table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import Lane, Outcome, State, Unknown, Wait, settle
from bot.store import articles, chats, edits, fanouts, follows, outbox, recovery
from bot.store.database import rows
from tests.support.newsroom import Newsroom, article, newsroom

# --- some turns of it, told one by one --------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Iterator[Newsroom]:
    room = newsroom()
    yield room
    room.sound()
    room.db.close()


def tell(desk: Newsroom, name: str, *names: str) -> int:
    desk.later(seconds=1)
    return desk.number(f"{name}.md", article(name, f"https://one.example/{name}", topics=names))


def turns_of(desk: Newsroom, told: int) -> list[int]:
    return [
        one["turn"] for one in rows(desk.db, "SELECT turn FROM deliveries WHERE article = ? ORDER BY chat", (told,))
    ]


@pytest.mark.parametrize("outcome", [Wait(99, "flood", flood=True), Wait(99, "the network"), Unknown("lost")])
def test_a_story_stands_behind_one_that_comes_back_while_its_followers_are_planned(
    desk: Newsroom, outcome: Outcome
) -> None:
    for number in range(1, 5):
        desk.reader(number, "a")
    tell(desk, "First", "a")
    desk.plan()
    *others, last = outbox.due(desk.db, desk.at)
    for one in others:
        desk.send(one)
    payload = ({"method": "sendMessage", "text": "…"}, "form")
    outbox.begin(desk.db, {last.delivery.id: payload}, desk.at)
    if isinstance(outcome, Unknown):
        outbox.settle(desk.db, [(last.delivery, settle(outcome, last.delivery, desk.at))], desk.at)
    second = tell(desk, "Second", "a")
    fanouts.extend(desk.db, desk.at, 2)
    if isinstance(outcome, Unknown):
        outbox.set_state(desk.db, last.delivery.id, State.PENDING)
    else:
        outbox.settle(desk.db, [(last.delivery, settle(outcome, last.delivery, desk.at))], desk.at)
    desk.plan()
    assert turns_of(desk, second) == [0, 0, 0, 1]


def test_two_stories_planned_at_once_stand_one_behind_the_other(desk: Newsroom) -> None:
    for number in range(1, 5):
        desk.reader(number, "a", "b")
    first = tell(desk, "First", "a")
    fanouts.extend(desk.db, desk.at, 2)
    outbox.open_(desk.db, tell(desk, "Other", "c"), [4], lane=Lane.FOLLOWER, edition=1, rank=desk.at, at=desk.at)
    desk.plan()
    assert turns_of(desk, first) == [0, 0, 0, 1]


def test_who_was_found_closed_goes_at_once_when_the_chat_opens(desk: Newsroom) -> None:
    chat = desk.reader(1, "a")
    tell(desk, "First", "a")
    desk.plan()
    chats.pause(desk.db, chat, desk.at + timedelta(hours=1), "flood")
    assert outbox.due(desk.db, desk.at) == []
    assert outbox.next_due(desk.db, desk.at) == desk.at + timedelta(hours=1)
    chats.pause(desk.db, chat, desk.at + timedelta(minutes=1), "flood")
    assert outbox.next_due(desk.db, desk.at) == desk.at + timedelta(minutes=1)
    desk.later(minutes=1)
    assert [one.delivery.chat for one in outbox.due(desk.db, desk.at)] == [chat]


def test_the_turn_that_is_served_counts_those_who_sleep(desk: Newsroom) -> None:
    sleeper, other = desk.reader(1, "a"), desk.reader(2, "b")
    tell(desk, "First", "a")
    for name in ("Second", "Third", "Fourth"):
        tell(desk, name, "b")
    desk.plan()
    chats.pause(desk.db, sleeper, desk.at + timedelta(hours=1), "flood")
    for _ in range(2):
        for one in outbox.due(desk.db, desk.at):
            desk.send(one)
    desk.reader(3, "c")
    assert turns_of(desk, story := tell(desk, "Fifth", "c")) == []
    desk.plan()
    assert turns_of(desk, story) == [0]
    assert other


def test_planning_goes_on_until_somebody_else_asks(desk: Newsroom) -> None:
    for number in range(1, 8):
        desk.reader(number, "a")
    told = tell(desk, "First", "a")
    free = iter([True, False])
    assert fanouts.extend_while(desk.db, desk.at, 2, lambda: next(free), 9)
    assert len(desk.states(told)) == 4
    assert fanouts.extend_while(desk.db, desk.at, 1, lambda: True, 2)
    assert len(desk.states(told)) == 6
    assert not fanouts.extend_while(desk.db, desk.at, 2, lambda: True, 9)
    assert len(desk.states(told)) == 7


def test_many_closed_chats_are_passed_in_pieces_and_the_next_one_is_found(desk: Newsroom) -> None:
    found = [desk.reader(number, "a") for number in range(1, 1_300)]
    tell(desk, "First", "a")
    desk.plan()
    for chat in found[:-1]:
        chats.pause(desk.db, chat, desk.at + timedelta(minutes=1), "flood")
    looks = 1
    while not (ready := outbox.due(desk.db, desk.at)):
        assert outbox.next_due(desk.db, desk.at) == desk.at
        looks += 1
    assert [one.delivery.chat for one in ready] == found[-1:]
    assert looks == 3
    desk.later(minutes=1)
    assert len(outbox.due(desk.db, desk.at, most=2_000)) == 501
    while len(outbox.due(desk.db, desk.at, most=2_000)) < 1_299:
        pass


# --- what it costs ----------------------------------------------------------------------------------------------------

#: Indexes that hold only the few that matter, or are read from one end.
SMALL = (
    *("deliveries_due", "deliveries_asleep", "deliveries_in_doubt", "deliveries_sending", "deliveries_to_revise"),
    *("articles_by_time", "chats_by_setting", "deliveries_asleep_by_turn"),
)
LARGE = re.compile(
    r"SCAN (articles|deliveries|follows|chats|article_topics|aliases|attempts|updates|[acdfho])\b(?! VIRT)"
)


def test_no_hot_question_reads_all_deliveries_articles_follows_or_chats(desk: Newsroom) -> None:
    desk.open_channel("@news")
    chat = desk.reader(7, "AI", "Computer Vision")
    told = tell(desk, "First", "AI", "Computer Vision")
    asked: dict[str, None] = {}
    desk.db.conn.set_trace_callback(lambda sql: asked.setdefault(sql))
    desk.plan()
    outbox.next_due(desk.db, desk.at, busy=[1])
    outbox.due(desk.db, desk.at, busy=[1])
    desk.deliver()
    desk.revise()
    recovery.exist(desk.db)
    edits.exist(desk.db)
    topic = follows.topic(desk.db, "AI").id
    articles.latest(desk.db)
    articles.latest(desk.db, topic)
    follows.overview(desk.db, chat)
    follows.of_chat(desk.db, chat)
    follows.follow(desk.db, chat, topic, desk.at)
    chats.channels(desk.db)
    chats.pause(desk.db, chat, desk.at, "flood")
    outbox.posts_of(desk.db, chat, ["x"])
    assert told
    desk.db.conn.set_trace_callback(None)
    for sql in [one for one in asked if one.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]:
        for step in desk.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}"):
            found = LARGE.match(step["detail"])
            assert not found or step["detail"].rpartition(" INDEX ")[2] in SMALL, f"{step['detail']} in {sql}"


def test_followers_whose_article_is_back_stand_before_those_still_being_planned(desk: Newsroom) -> None:
    for number in range(1, 7):
        desk.reader(number, "a")
    other = tell(desk, "Other", "b")
    first = tell(desk, "First", "a")
    desk.plan()
    story = desk.stored(first).article
    path = desk.stored(first).path
    desk.tell(path, replace(story, removed=True))
    desk.tell(desk.stored(other).path, replace(desk.stored(other).article, topics=("b", "a")))
    fanouts.extend(desk.db, desk.at, 2)  # nobody else waits
    desk.tell(path, story)
    desk.plan()
    desk.sound()
