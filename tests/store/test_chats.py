"""Rows of chats, follows and files: channels that come, go and get numbers, readers who keep their topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arrival import Waits
from bot.domain.delivery import Lane, State
from bot.store import chats, fanouts, files, follows, holding, outbox
from bot.store.chats import Chat
from bot.store.database import number
from bot.store.database import rows as all_rows
from tests.support.examples import examples
from tests.support.newsroom import AT, SECOND, Newsroom, article, newsroom

SUPERGROUP = -1001234567890


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsroom]:
    room = newsroom(tmp_path / "paperboy.db")
    yield room
    room.sound()
    room.db.close()


def wanted(desk: Newsroom, *names: str) -> list[Chat]:
    return chats.set_channels(desk.db, [(name, 0, "resend") for name in names])


def story(desk: Newsroom, name: str, days: int = 0, *topics: str) -> int:
    published = AT - timedelta(days=days)
    return desk.number(f"{name}.md", article(name, f"https://one.example/{name}", topics=topics, published=published))


# --- channels of the settings -----------------------------------------------------------------------------------------


def test_channels_come_in_the_order_of_the_settings_and_keep_their_rows(desk: Newsroom) -> None:
    first = wanted(desk, "@b", "@a", "-1005")
    assert [one.setting for one in first] == ["@b", "@a", "-1005"]
    assert [one.chat_id for one in first] == [None, None, -1005]
    again = wanted(desk, "-1005", "@B", "@a")
    assert [one.id for one in again] == [first[2].id, first[0].id, first[1].id]


def test_threads_of_one_chat_are_channels_of_their_own(desk: Newsroom) -> None:
    rows = chats.set_channels(desk.db, [("-1005", 0, "resend"), ("-1005", 7, "ask")])
    assert [(one.thread, one.on_doubt) for one in rows] == [(0, "resend"), (7, "ask")]
    assert rows[0].id != rows[1].id


def test_a_policy_that_changes_is_taken_over(desk: Newsroom) -> None:
    chats.set_channels(desk.db, [("@a", 0, "resend")])
    (row,) = chats.set_channels(desk.db, [("@a", 0, "ask")])
    assert row.on_doubt == "ask"


def test_two_settings_for_one_chat_come_back_as_that_chat_twice(desk: Newsroom) -> None:
    (row,) = wanted(desk, "@news")
    chats.resolve(desk.db, row.id, SUPERGROUP, username="news", title="News")
    both = wanted(desk, "@news", str(SUPERGROUP))
    assert both[0].id == both[1].id


def test_a_channel_named_by_number_instead_of_by_name_is_the_same_channel(desk: Newsroom) -> None:
    (row,) = wanted(desk, "@news")
    chats.resolve(desk.db, row.id, SUPERGROUP, username="news", title="News")
    chats.begin(desk.db, row.id, AT)
    (again,) = wanted(desk, str(SUPERGROUP))
    assert (again.id, again.begun, again.name) == (row.id, AT, "News (@news)")


def test_a_channel_named_by_name_instead_of_by_number_is_the_same_channel_once_resolved(desk: Newsroom) -> None:
    (row,) = wanted(desk, str(SUPERGROUP))
    posted = story(desk, "A")
    outbox.open_(desk.db, posted, [row.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    desk.deliver()
    (renamed,) = wanted(desk, "@news")
    assert renamed.id != row.id
    outbox.open_(desk.db, posted, [renamed.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    assert chats.resolve(desk.db, renamed.id, SUPERGROUP, username="news", title="News") == row.id
    assert [(one.id, one.setting, one.state) for one in chats.channels(desk.db)] == [(row.id, "@news", "active")]
    assert desk.deliver() == []


def test_a_group_that_read_and_becomes_a_channel_keeps_its_topics_and_gets_each_post_once(desk: Newsroom) -> None:
    group = chats.reader(desk.db, SUPERGROUP, kind="group", username="news", title="News", at=AT)
    follows.follow(desk.db, group.id, follows.topic(desk.db, "AI").id, AT)
    assert desk.open_channel(str(SUPERGROUP)) == group.id
    desk.later(seconds=1)
    story(desk, "A", 0, "AI")
    assert desk.deliver() == [(str(SUPERGROUP), "A")]
    assert [one.name for one in follows.of_chat(desk.db, group.id)] == ["AI"]
    assert chats.count_readers(desk.db) == 0


def test_a_reader_who_turns_out_to_be_the_named_channel_becomes_it(desk: Newsroom) -> None:
    group = chats.reader(desk.db, SUPERGROUP, kind="group", username="news", title="News", at=AT)
    follows.follow(desk.db, group.id, follows.topic(desk.db, "AI").id, AT)
    (row,) = wanted(desk, "@news")
    waits = story(desk, "A")
    outbox.open_(desk.db, waits, [row.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    assert chats.resolve(desk.db, row.id, SUPERGROUP, username="news", title="News") == group.id
    assert chats.get(desk.db, row.id) is None
    assert desk.deliver() == [("@news", "A")]
    assert [one.name for one in follows.of_chat(desk.db, group.id)] == ["AI"]


def test_resolving_again_changes_the_name_only(desk: Newsroom) -> None:
    (row,) = wanted(desk, "@news")
    for title in ("News", "The News"):
        assert chats.resolve(desk.db, row.id, SUPERGROUP, username="news", title=title) == row.id
    found = chats.by_number(desk.db, SUPERGROUP)
    assert found is not None
    assert found.name == "The News (@news)"


def test_a_channel_that_left_the_settings_is_given_nothing_and_makes_a_new_start_when_it_is_back(
    desk: Newsroom,
) -> None:
    desk.open_channel("@news")
    for day in range(4):
        story(desk, f"Before {day}", 20 - day)
    desk.send(outbox.due(desk.db, desk.at)[0])
    wanted(desk)
    assert desk.deliver() == []
    assert chats.channels(desk.db) == []
    desk.rules = type(desk.rules)(taxonomy=desk.rules.taxonomy)
    for day in range(3):
        story(desk, f"Meanwhile {day}", 9 - day)
    desk.later(days=1)
    desk.open_channel("@news", begun=False)
    desk.begin(2)
    assert [title for _, title in desk.deliver()] == ["Meanwhile 1", "Meanwhile 2"]


def test_a_channel_that_was_only_away_for_a_moment_gets_what_waited(desk: Newsroom) -> None:
    desk.open_channel("@news")
    for day in range(3):
        story(desk, f"Waits {day}", 3 - day)
    desk.send(outbox.due(desk.db, desk.at)[0])
    wanted(desk)
    desk.open_channel("@news", begun=False)
    desk.begin(10)
    assert [title for _, title in desk.deliver()] == ["Waits 1", "Waits 2"]


# --- readers ----------------------------------------------------------------------------------------------------------


def test_a_reader_is_one_row_whose_name_is_brought_up_to_date(desk: Newsroom) -> None:
    first = chats.reader(desk.db, 7, kind="private", username="ann", title="Ann", at=AT)
    again = chats.reader(desk.db, 7, kind="private", username="", title="Ann B.", at=AT + timedelta(days=1))
    assert (again.id, again.title, again.username, again.begun) == (first.id, "Ann B.", "", AT)
    assert chats.count_readers(desk.db) == 1


def test_a_reader_who_blocked_the_bot_keeps_the_topics_and_comes_back_to_them(desk: Newsroom) -> None:
    reader = desk.reader(7, "AI", "law")
    chats.set_state(desk.db, reader, "parked", "bot was blocked by the user")
    desk.later(days=1)
    story(desk, "While away", 0, "AI")
    assert desk.deliver() == []
    assert chats.count_readers(desk.db) == 0
    chats.set_state(desk.db, reader, "active")
    assert [one.name for one in follows.of_chat(desk.db, reader)] == ["AI", "law"]
    desk.later(days=1)
    story(desk, "Back again", 0, "AI")
    assert desk.deliver() == [("R7", "Back again")]


# --- groups that move -------------------------------------------------------------------------------------------------


def test_a_group_that_moves_takes_every_thread_and_everything_that_waits_along(desk: Newsroom) -> None:
    rows = chats.set_channels(desk.db, [("-55", 0, "resend"), ("-55", 9, "resend")])
    waits = story(desk, "A")
    outbox.open_(desk.db, waits, [one.id for one in rows], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    chats.move(desk.db, -55, SUPERGROUP)
    assert {one.chat_id for one in outbox.due(desk.db, AT)} == {SUPERGROUP}
    assert [one.id for one in chats.set_channels(desk.db, [("-55", 0, "resend"), ("-55", 9, "resend")])] == [
        one.id for one in rows
    ]


def test_a_group_that_moves_to_one_we_know_is_joined_with_it_and_gets_no_post_twice(desk: Newsroom) -> None:
    old, new = desk.reader(-55, "AI", "law"), desk.reader(SUPERGROUP, "AI")
    desk.later(seconds=1)
    told = story(desk, "A", 0, "AI")
    desk.plan()
    for one in outbox.due(desk.db, desk.at):
        if one.delivery.chat == old:
            desk.send(one)
    chats.move(desk.db, -55, SUPERGROUP)
    assert chats.get(desk.db, old) is None
    assert {one.name for one in follows.of_chat(desk.db, new)} == {"AI", "law"}
    assert desk.deliver() == []
    assert list(desk.states(told).values()) == ["sent"]


def test_a_group_that_moves_to_its_own_number_stays(desk: Newsroom) -> None:
    reader = desk.reader(-55, "AI")
    chats.move(desk.db, -55, -55)
    assert chats.get(desk.db, reader) is not None


# --- follows ----------------------------------------------------------------------------------------------------------


def test_a_topic_is_one_however_it_is_written(desk: Newsroom) -> None:
    first = follows.topic(desk.db, "Computer Vision")
    assert follows.topic(desk.db, "computer-vision ").id == first.id
    assert follows.by_name(desk.db, "COMPUTER  VISION") == first
    assert follows.by_code(desk.db, first.code) == first
    assert follows.by_name(desk.db, "vision") is follows.by_code(desk.db, "nope") is None
    assert follows.topic(desk.db, "C++").id != follows.topic(desk.db, "C").id


def test_following_and_unfollowing_twice_is_said(desk: Newsroom) -> None:
    reader, topic = desk.reader(7), follows.topic(desk.db, "AI").id
    assert [follows.follow(desk.db, reader, topic, AT) for _ in range(2)] == [True, False]
    assert follows.count(desk.db) == 1
    assert [follows.unfollow(desk.db, reader, topic) for _ in range(2)] == [True, False]


def test_following_again_does_not_make_the_follow_younger(desk: Newsroom) -> None:
    reader = desk.reader(7, "AI")
    desk.later(seconds=1)
    desk.tell("a.md", article(topics=("AI",)))
    follows.follow(desk.db, reader, follows.topic(desk.db, "AI").id, desk.later(hours=1))
    assert [chat for chat, _ in desk.deliver()] == ["R7"]


def test_a_follow_brings_nothing_older_even_while_followers_are_still_planned(desk: Newsroom) -> None:
    story(desk, "Old", 0, "AI")
    desk.later(seconds=1)
    desk.reader(7, "AI")
    assert desk.deliver() == []
    desk.later(seconds=1)
    story(desk, "New", 0, "AI")
    assert desk.deliver() == [("R7", "New")]


def test_each_follower_gets_an_article_once_however_many_of_its_topics_are_followed(desk: Newsroom) -> None:
    desk.reader(7, "AI", "Computer Vision", "robots")
    desk.later(seconds=1)
    story(desk, "A", 0, "CV", "robots")
    assert desk.deliver() == [("R7", "A")]


def test_the_overview_counts_what_readers_can_find_and_marks_what_they_follow(desk: Newsroom) -> None:
    reader = desk.reader(7, "AI", "empty")
    story(desk, "A", 0, "CV")
    hidden = story(desk, "B", 0, "AI", "hidden")
    holding.hold(desk.db, [hidden], Waits.EDITOR)
    found = {one.name: (one.articles, one.followed) for one in follows.overview(desk.db, reader)}
    assert found == {"AI": (1, True), "Computer Vision": (1, False), "empty": (0, True)}
    assert {one.name for one in follows.overview(desk.db)} == {"AI", "Computer Vision"}


def test_planning_goes_on_where_it_was_cut_off(desk: Newsroom, tmp_path: Path) -> None:
    for chat_id in range(1, 8):
        desk.reader(chat_id, "AI")
    desk.later(seconds=1)
    told = story(desk, "A", 0, "AI")
    assert fanouts.extend(desk.db, desk.at, chunk=3)
    assert len(desk.states(told)) == 3
    desk.db.close()
    desk.db = newsroom(tmp_path / "paperboy.db").db
    assert fanouts.extend(desk.db, desk.at, chunk=3)
    assert not fanouts.extend(desk.db, desk.at, chunk=3)
    assert sorted(desk.deliver()) == [(f"R{chat_id}", "A") for chat_id in range(1, 8)]


@examples(60)
@given(
    readers=st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.booleans(), st.booleans()), max_size=12),
    carried=st.sets(st.sampled_from("abcd"), min_size=1),
    chunk=st.integers(1, 5),
)
def test_every_follower_is_planned_once_in_chunks_of_any_size(
    readers: list[tuple[set[str], bool, bool]], carried: set[str], chunk: int
) -> None:
    """Each reader: the topics, whether the follow came in time, and whether the chat can be reached."""
    desk = newsroom()
    expected = set()
    late = []
    for chat_id, (names, in_time, reachable) in enumerate(readers, 1):
        chat = desk.reader(chat_id, *(names if in_time else ()))
        late.append((chat, names if not in_time else ()))
        if not reachable:
            chats.set_state(desk.db, chat, "parked")
        if names & carried and in_time and reachable:
            expected.add(f"R{chat_id}")
    desk.later(seconds=1)
    told = story(desk, "A", 0, *sorted(carried))
    desk.later(seconds=1)
    for chat, names in late:
        for name in names:
            follows.follow(desk.db, chat, follows.topic(desk.db, name).id, desk.at)
    turns = 1
    while fanouts.extend(desk.db, desk.at, chunk):
        turns += 1
    assert set(desk.states(told)) == expected
    assert turns <= len(expected) // chunk + 1
    desk.db.close()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_found_by_its_path_or_with_others_by_its_name(desk: Newsroom) -> None:
    one = desk.number("2026/a_b.md", article(url="https://one.example/1"))
    other = desk.number("2026/axb.md", article(SECOND, "https://one.example/2"))
    third = desk.number("2025/axb.md", article("The third of them", "https://one.example/3"))
    for words, meant in {
        "2026/a_b.md": [one],
        "a_b.md": [one],
        "2026/axb.md": [other],
        "axb.md": [third, other],
    }.items():
        assert [found.article for found in files.named(desk.db, words)] == meant
    for words in ("b.md", "%", "_", "", "6/a_b.md", "a_b", "\\"):
        assert files.named(desk.db, words) == []


def test_two_files_of_one_article_under_one_name_mean_that_article(desk: Newsroom) -> None:
    one = desk.number("x/a.md", article())
    assert desk.number("y/a.md", article()) == one
    assert [found.article for found in files.named(desk.db, "a.md")] == [one, one]


def test_why_and_since_when_a_file_is_rejected_is_known(desk: Newsroom) -> None:
    desk.tell("a.md", "has no title")
    desk.later(hours=1)
    desk.tell("a.md", "has no title")
    (found,) = files.rejected(desk.db)
    assert (found.path, found.reason, found.since) == ("a.md", "has no title", AT)
    desk.tell("a.md", article())
    assert files.rejected(desk.db) == []


def test_marks_are_known_of_all_files_or_of_some(desk: Newsroom) -> None:
    desk.tell("a.md", article())
    desk.tell("b.md", "has no title")
    assert files.known(desk.db) == [("a.md", 1, 1, 1), ("b.md", 2, 2, 2)]
    assert files.known(desk.db, "a.md", 1) == [("b.md", 2, 2, 2)]
    assert files.some(desk.db, ["b.md", "c.md"]) == {"b.md": (2, 2, 2)}


def test_a_database_is_left_by_nobody_when_a_chat_is_joined(desk: Newsroom) -> None:
    """What hung on the row that went is gone with it or hangs on the other."""
    old, new = desk.reader(-55, "AI"), desk.reader(SUPERGROUP, "AI")
    desk.later(seconds=1)
    told = story(desk, "A", 0, "AI")
    desk.deliver()
    chats.move(desk.db, -55, SUPERGROUP)
    assert number(desk.db, "SELECT count(*) FROM deliveries WHERE chat = ?", (old,)) == 0
    assert [one["state"] for one in all_rows(desk.db, "SELECT state FROM deliveries WHERE article = ?", (told,))] == [
        State.SENT
    ]
    assert number(desk.db, "SELECT count(*) FROM attempts WHERE chat = ?", (new,)) >= 1


def test_a_group_with_a_new_number_forgets_what_its_old_posts_were_called(desk: Newsroom) -> None:
    number_ = story(desk, "ferry")
    (channel,) = wanted(desk, "-55")
    outbox.open_(desk.db, number_, [channel.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    desk.db.execute("UPDATE deliveries SET state = 'sent', message = 7, revise = 1 WHERE chat = ?", (channel.id,))
    chats.move(desk.db, -55, SUPERGROUP)
    (found,) = all_rows(desk.db, "SELECT state, message, revise FROM deliveries WHERE chat = ?", (channel.id,))
    assert tuple(found) == ("sent", None, None)
