"""Rows of chats, follows and files: channels that come, go and get numbers, readers who keep their topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arrival import Waits
from bot.domain.chat import ChatKind, OnDoubt, Standing
from bot.domain.delivery import Lane, State
from bot.store import (
    addressing,
    article_files,
    channel_starts,
    chats,
    fanouts,
    files,
    follows,
    holding,
    outbox,
    standings,
)
from bot.store.chats import Chat
from bot.store.database import number
from bot.store.database import rows as all_rows
from tests.support.examples import examples
from tests.support.newsroom import AT, SECOND, Newsroom, article, open_newsroom

SUPERGROUP = -1001234567890


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = open_newsroom(tmp_path / "paperboy.db")
    yield room
    room.sound()
    room.db.close()


def wanted(newsroom: Newsroom, *names: str) -> list[Chat]:
    return chats.set_channels(
        newsroom.db, [(name, 0, OnDoubt.RESEND) for name in names]
    )


def story(newsroom: Newsroom, name: str, days: int = 0, *topics: str) -> int:
    published = AT - timedelta(days=days)
    return newsroom.number(
        f"{name}.md",
        article(
            name, f"https://one.example/{name}", topics=topics, published=published
        ),
    )


# --- channels of the settings -----------------------------------------------------------------------------------------


def test_channels_come_in_the_order_of_the_settings_and_keep_their_rows(
    newsroom: Newsroom,
) -> None:
    first = wanted(newsroom, "@b", "@a", "-1005")
    assert [one.setting for one in first] == ["@b", "@a", "-1005"]
    assert [one.chat_id for one in first] == [None, None, -1005]
    again = wanted(newsroom, "-1005", "@B", "@a")
    assert [one.id for one in again] == [first[2].id, first[0].id, first[1].id]


def test_threads_of_one_chat_are_channels_of_their_own(newsroom: Newsroom) -> None:
    rows = chats.set_channels(
        newsroom.db, [("-1005", 0, OnDoubt.RESEND), ("-1005", 7, OnDoubt.ASK)]
    )
    assert [(one.thread, one.on_doubt) for one in rows] == [
        (0, OnDoubt.RESEND),
        (7, OnDoubt.ASK),
    ]
    assert rows[0].id != rows[1].id


def test_a_policy_that_changes_is_taken_over(newsroom: Newsroom) -> None:
    chats.set_channels(newsroom.db, [("@a", 0, OnDoubt.RESEND)])
    (row,) = chats.set_channels(newsroom.db, [("@a", 0, OnDoubt.ASK)])
    assert row.on_doubt == "ask"


def test_two_settings_for_one_chat_come_back_as_that_chat_twice(
    newsroom: Newsroom,
) -> None:
    (row,) = wanted(newsroom, "@news")
    chats.resolve(newsroom.db, row.id, SUPERGROUP, username="news", title="News")
    both = wanted(newsroom, "@news", str(SUPERGROUP))
    assert both[0].id == both[1].id


def test_a_channel_named_by_number_instead_of_by_name_is_the_same_channel(
    newsroom: Newsroom,
) -> None:
    (row,) = wanted(newsroom, "@news")
    chats.resolve(newsroom.db, row.id, SUPERGROUP, username="news", title="News")
    channel_starts.begin(newsroom.db, row.id, AT)
    (again,) = wanted(newsroom, str(SUPERGROUP))
    assert (again.id, again.begun, again.name) == (row.id, AT, "News (@news)")


def test_a_channel_named_by_name_instead_of_by_number_is_the_same_channel_once_resolved(
    newsroom: Newsroom,
) -> None:
    (row,) = wanted(newsroom, str(SUPERGROUP))
    posted = story(newsroom, "A")
    outbox.open_(
        newsroom.db, posted, [row.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT
    )
    newsroom.deliver()
    (renamed,) = wanted(newsroom, "@news")
    assert renamed.id != row.id
    outbox.open_(
        newsroom.db, posted, [renamed.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT
    )
    assert (
        chats.resolve(
            newsroom.db, renamed.id, SUPERGROUP, username="news", title="News"
        )
        == row.id
    )
    assert [
        (one.id, one.setting, one.state) for one in chats.channels(newsroom.db)
    ] == [(row.id, "@news", "active")]
    assert newsroom.deliver() == []


def test_a_group_that_read_and_becomes_a_channel_keeps_its_topics_and_gets_each_post_once(
    newsroom: Newsroom,
) -> None:
    group = chats.reader(
        newsroom.db,
        SUPERGROUP,
        kind=ChatKind.GROUP,
        username="news",
        title="News",
        at=AT,
    )
    follows.follow(newsroom.db, group.id, follows.topic(newsroom.db, "AI").id, AT)
    assert newsroom.open_channel(str(SUPERGROUP)) == group.id
    newsroom.later(seconds=1)
    story(newsroom, "A", 0, "AI")
    assert newsroom.deliver() == [(str(SUPERGROUP), "A")]
    assert [one.name for one in follows.of_chat(newsroom.db, group.id)] == ["AI"]
    assert chats.count_readers(newsroom.db) == 0


def test_a_reader_who_turns_out_to_be_the_named_channel_becomes_it(
    newsroom: Newsroom,
) -> None:
    group = chats.reader(
        newsroom.db,
        SUPERGROUP,
        kind=ChatKind.GROUP,
        username="news",
        title="News",
        at=AT,
    )
    follows.follow(newsroom.db, group.id, follows.topic(newsroom.db, "AI").id, AT)
    (row,) = wanted(newsroom, "@news")
    waits = story(newsroom, "A")
    outbox.open_(
        newsroom.db, waits, [row.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT
    )
    assert (
        chats.resolve(newsroom.db, row.id, SUPERGROUP, username="news", title="News")
        == group.id
    )
    assert chats.get(newsroom.db, row.id) is None
    assert newsroom.deliver() == [("@news", "A")]
    assert [one.name for one in follows.of_chat(newsroom.db, group.id)] == ["AI"]


def test_resolving_again_changes_the_name_only(newsroom: Newsroom) -> None:
    (row,) = wanted(newsroom, "@news")
    for title in ("News", "The News"):
        assert (
            chats.resolve(newsroom.db, row.id, SUPERGROUP, username="news", title=title)
            == row.id
        )
    found = chats.by_number(newsroom.db, SUPERGROUP)
    assert found is not None
    assert found.name == "The News (@news)"


def test_a_channel_that_is_back_in_the_settings_starts_anew(newsroom: Newsroom) -> None:
    """A channel that left the settings is given nothing, and starts anew when it is back."""
    newsroom.open_channel("@news")
    for day in range(4):
        story(newsroom, f"Before {day}", 20 - day)
    newsroom.send(outbox.due(newsroom.db, newsroom.at)[0])
    wanted(newsroom)
    assert newsroom.deliver() == []
    assert chats.channels(newsroom.db) == []
    newsroom.rules = type(newsroom.rules)(taxonomy=newsroom.rules.taxonomy)
    for day in range(3):
        story(newsroom, f"Meanwhile {day}", 9 - day)
    newsroom.later(days=1)
    newsroom.open_channel("@news", begun=False)
    newsroom.begin(2)
    assert [title for _, title in newsroom.deliver()] == ["Meanwhile 1", "Meanwhile 2"]


def test_a_channel_that_was_only_away_for_a_moment_gets_what_waited(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    for day in range(3):
        story(newsroom, f"Waits {day}", 3 - day)
    newsroom.send(outbox.due(newsroom.db, newsroom.at)[0])
    wanted(newsroom)
    newsroom.open_channel("@news", begun=False)
    newsroom.begin(10)
    assert [title for _, title in newsroom.deliver()] == ["Waits 1", "Waits 2"]


# --- readers ----------------------------------------------------------------------------------------------------------


def test_a_reader_is_one_row_whose_name_is_brought_up_to_date(
    newsroom: Newsroom,
) -> None:
    first = chats.reader(
        newsroom.db, 7, kind=ChatKind.PRIVATE, username="ann", title="Ann", at=AT
    )
    again = chats.reader(
        newsroom.db,
        7,
        kind=ChatKind.PRIVATE,
        username="",
        title="Ann B.",
        at=AT + timedelta(days=1),
    )
    assert (again.id, again.title, again.username, again.begun) == (
        first.id,
        "Ann B.",
        "",
        AT,
    )
    assert chats.count_readers(newsroom.db) == 1


def test_a_reader_who_blocked_the_bot_keeps_the_topics_and_comes_back_to_them(
    newsroom: Newsroom,
) -> None:
    reader = newsroom.reader(7, "AI", "law")
    standings.set_state(
        newsroom.db, reader, Standing.PARKED, "bot was blocked by the user"
    )
    newsroom.later(days=1)
    story(newsroom, "While away", 0, "AI")
    assert newsroom.deliver() == []
    assert chats.count_readers(newsroom.db) == 0
    standings.set_state(newsroom.db, reader, Standing.ACTIVE)
    assert [one.name for one in follows.of_chat(newsroom.db, reader)] == ["AI", "law"]
    newsroom.later(days=1)
    story(newsroom, "Back again", 0, "AI")
    assert newsroom.deliver() == [("R7", "Back again")]


# --- groups that move -------------------------------------------------------------------------------------------------


def test_a_group_that_moves_takes_every_thread_and_everything_that_waits_along(
    newsroom: Newsroom,
) -> None:
    settings = [("-55", 0, OnDoubt.RESEND), ("-55", 9, OnDoubt.RESEND)]
    rows = chats.set_channels(newsroom.db, settings)
    waits = story(newsroom, "A")
    outbox.open_(
        newsroom.db,
        waits,
        [one.id for one in rows],
        lane=Lane.CHANNEL,
        edition=1,
        rank=AT,
        at=AT,
    )
    addressing.move(newsroom.db, -55, SUPERGROUP)
    assert {one.chat_id for one in outbox.due(newsroom.db, AT)} == {SUPERGROUP}
    assert [one.id for one in chats.set_channels(newsroom.db, settings)] == [
        one.id for one in rows
    ]


def test_a_group_that_moves_to_one_we_know_is_joined_with_it_and_gets_no_post_twice(
    newsroom: Newsroom,
) -> None:
    old, new = newsroom.reader(-55, "AI", "law"), newsroom.reader(SUPERGROUP, "AI")
    newsroom.later(seconds=1)
    told = story(newsroom, "A", 0, "AI")
    newsroom.plan()
    for one in outbox.due(newsroom.db, newsroom.at):
        if one.delivery.chat == old:
            newsroom.send(one)
    addressing.move(newsroom.db, -55, SUPERGROUP)
    assert chats.get(newsroom.db, old) is None
    assert {one.name for one in follows.of_chat(newsroom.db, new)} == {"AI", "law"}
    assert newsroom.deliver() == []
    assert list(newsroom.states(told).values()) == ["sent"]


def test_a_group_that_moves_to_its_own_number_stays(newsroom: Newsroom) -> None:
    reader = newsroom.reader(-55, "AI")
    addressing.move(newsroom.db, -55, -55)
    assert chats.get(newsroom.db, reader) is not None


# --- follows ----------------------------------------------------------------------------------------------------------


def test_a_topic_is_one_however_it_is_written(newsroom: Newsroom) -> None:
    first = follows.topic(newsroom.db, "Computer Vision")
    assert follows.topic(newsroom.db, "computer-vision ").id == first.id
    assert follows.by_name(newsroom.db, "COMPUTER  VISION") == first
    assert follows.by_code(newsroom.db, first.code) == first
    assert (
        follows.by_name(newsroom.db, "vision")
        is follows.by_code(newsroom.db, "nope")
        is None
    )
    assert follows.topic(newsroom.db, "C++").id != follows.topic(newsroom.db, "C").id


def test_following_and_unfollowing_twice_is_said(newsroom: Newsroom) -> None:
    reader, topic = newsroom.reader(7), follows.topic(newsroom.db, "AI").id
    assert [follows.follow(newsroom.db, reader, topic, AT) for _ in range(2)] == [
        True,
        False,
    ]
    assert follows.count(newsroom.db) == 1
    assert [follows.unfollow(newsroom.db, reader, topic) for _ in range(2)] == [
        True,
        False,
    ]


def test_following_again_does_not_make_the_follow_younger(newsroom: Newsroom) -> None:
    reader = newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    newsroom.record("a.md", article(topics=("AI",)))
    follows.follow(
        newsroom.db,
        reader,
        follows.topic(newsroom.db, "AI").id,
        newsroom.later(hours=1),
    )
    assert [chat for chat, _ in newsroom.deliver()] == ["R7"]


def test_a_follow_brings_nothing_older_even_while_followers_are_still_planned(
    newsroom: Newsroom,
) -> None:
    story(newsroom, "Old", 0, "AI")
    newsroom.later(seconds=1)
    newsroom.reader(7, "AI")
    assert newsroom.deliver() == []
    newsroom.later(seconds=1)
    story(newsroom, "New", 0, "AI")
    assert newsroom.deliver() == [("R7", "New")]


def test_each_follower_gets_an_article_once_however_many_of_its_topics_are_followed(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI", "Computer Vision", "robots")
    newsroom.later(seconds=1)
    story(newsroom, "A", 0, "CV", "robots")
    assert newsroom.deliver() == [("R7", "A")]


def test_the_overview_counts_what_readers_can_find_and_marks_what_they_follow(
    newsroom: Newsroom,
) -> None:
    reader = newsroom.reader(7, "AI", "empty")
    story(newsroom, "A", 0, "CV")
    hidden = story(newsroom, "B", 0, "AI", "hidden")
    holding.hold(newsroom.db, [hidden], Waits.EDITOR)
    found = {
        one.name: (one.articles, one.followed)
        for one in follows.overview(newsroom.db, reader)
    }
    assert found == {"AI": (1, True), "Computer Vision": (1, False), "empty": (0, True)}
    assert {one.name for one in follows.overview(newsroom.db)} == {
        "AI",
        "Computer Vision",
    }


def test_planning_goes_on_where_it_was_cut_off(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    for chat_id in range(1, 8):
        newsroom.reader(chat_id, "AI")
    newsroom.later(seconds=1)
    told = story(newsroom, "A", 0, "AI")
    assert fanouts.extend(newsroom.db, newsroom.at, chunk=3)
    assert len(newsroom.states(told)) == 3
    newsroom.db.close()
    newsroom.db = open_newsroom(tmp_path / "paperboy.db").db
    assert fanouts.extend(newsroom.db, newsroom.at, chunk=3)
    assert not fanouts.extend(newsroom.db, newsroom.at, chunk=3)
    assert sorted(newsroom.deliver()) == [
        (f"R{chat_id}", "A") for chat_id in range(1, 8)
    ]


@examples(60)
@given(
    readers=st.lists(
        st.tuples(st.sets(st.sampled_from("abcd")), st.booleans(), st.booleans()),
        max_size=12,
    ),
    carried=st.sets(st.sampled_from("abcd"), min_size=1),
    chunk=st.integers(1, 5),
)
def test_every_follower_is_planned_once_in_chunks_of_any_size(
    readers: list[tuple[set[str], bool, bool]], carried: set[str], chunk: int
) -> None:
    """Each reader: the topics, whether the follow came in time, and whether the chat can be reached."""
    newsroom = open_newsroom()
    expected = set()
    late = []
    for chat_id, (names, in_time, reachable) in enumerate(readers, 1):
        chat = newsroom.reader(chat_id, *(names if in_time else ()))
        late.append((chat, names if not in_time else ()))
        if not reachable:
            standings.set_state(newsroom.db, chat, Standing.PARKED)
        if names & carried and in_time and reachable:
            expected.add(f"R{chat_id}")
    newsroom.later(seconds=1)
    told = story(newsroom, "A", 0, *sorted(carried))
    newsroom.later(seconds=1)
    for chat, names in late:
        for name in names:
            follows.follow(
                newsroom.db, chat, follows.topic(newsroom.db, name).id, newsroom.at
            )
    turns = 1
    while fanouts.extend(newsroom.db, newsroom.at, chunk):
        turns += 1
    assert set(newsroom.states(told)) == expected
    assert turns <= len(expected) // chunk + 1
    newsroom.db.close()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_found_by_its_path_or_with_others_by_its_name(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("2026/a_b.md", article(url="https://one.example/1"))
    other = newsroom.number("2026/axb.md", article(SECOND, "https://one.example/2"))
    third = newsroom.number(
        "2025/axb.md", article("The third of them", "https://one.example/3")
    )
    for words, meant in {
        "2026/a_b.md": [one],
        "a_b.md": [one],
        "2026/axb.md": [other],
        "axb.md": [third, other],
    }.items():
        assert [
            found.article for found in article_files.named(newsroom.db, words)
        ] == meant
    for words in ("b.md", "%", "_", "", "6/a_b.md", "a_b", "\\"):
        assert article_files.named(newsroom.db, words) == []


def test_two_files_of_one_article_under_one_name_mean_that_article(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("x/a.md", article())
    assert newsroom.number("y/a.md", article()) == one
    assert [found.article for found in article_files.named(newsroom.db, "a.md")] == [
        one,
        one,
    ]


def test_why_and_since_when_a_file_is_rejected_is_known(newsroom: Newsroom) -> None:
    newsroom.record("a.md", "has no title")
    newsroom.later(hours=1)
    newsroom.record("a.md", "has no title")
    (found,) = files.rejected(newsroom.db)
    assert (found.path, found.reason, found.since) == ("a.md", "has no title", AT)
    newsroom.record("a.md", article())
    assert files.rejected(newsroom.db) == []


def test_marks_are_known_of_all_files_or_of_some(newsroom: Newsroom) -> None:
    newsroom.record("a.md", article())
    newsroom.record("b.md", "has no title")
    assert files.known(newsroom.db) == [("a.md", 1, 1, 1), ("b.md", 2, 2, 2)]
    assert files.known(newsroom.db, "a.md", 1) == [("b.md", 2, 2, 2)]
    assert files.some(newsroom.db, ["b.md", "c.md"]) == {"b.md": (2, 2, 2)}


def test_a_database_is_left_by_nobody_when_a_chat_is_joined(newsroom: Newsroom) -> None:
    """What hung on the row that went is gone with it or hangs on the other."""
    old, new = newsroom.reader(-55, "AI"), newsroom.reader(SUPERGROUP, "AI")
    newsroom.later(seconds=1)
    told = story(newsroom, "A", 0, "AI")
    newsroom.deliver()
    addressing.move(newsroom.db, -55, SUPERGROUP)
    assert (
        number(newsroom.db, "SELECT count(*) FROM deliveries WHERE chat = ?", (old,))
        == 0
    )
    assert [
        one["state"]
        for one in all_rows(
            newsroom.db, "SELECT state FROM deliveries WHERE article = ?", (told,)
        )
    ] == [State.SENT]
    assert (
        number(newsroom.db, "SELECT count(*) FROM attempts WHERE chat = ?", (new,)) >= 1
    )


def test_a_group_with_a_new_number_forgets_what_its_old_posts_were_called(
    newsroom: Newsroom,
) -> None:
    number_ = story(newsroom, "ferry")
    (channel,) = wanted(newsroom, "-55")
    outbox.open_(
        newsroom.db, number_, [channel.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT
    )
    newsroom.db.execute(
        "UPDATE deliveries SET state = 'sent', message = 7, edit_due = 1 WHERE chat = ?",
        (channel.id,),
    )
    addressing.move(newsroom.db, -55, SUPERGROUP)
    (found,) = all_rows(
        newsroom.db,
        "SELECT state, message, edit_due FROM deliveries WHERE chat = ?",
        (channel.id,),
    )
    assert tuple(found) == ("sent", None, None)
