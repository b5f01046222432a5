"""The outbox's rows: what is due and in what order, what an attempt leaves behind, and how often a post is edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.chat import AWAY, OnDoubt, Standing
from bot.domain.delivery import Lane, State
from bot.domain.notices import Alert, Notice
from bot.domain.outcome import (
    Delay,
    Fallback,
    Gone,
    Refusal,
    Refused,
    Sent,
    Unknown,
    Wait,
)
from bot.domain.settlement import Settlement
from bot.store import (
    chats,
    counts,
    delivery_rows,
    edit_outcomes,
    edits,
    notices,
    outbox,
    pauses,
    post_places,
    pruning,
    standings,
    updates,
)
from bot.store.database import Database, number, row, rows, write
from tests.support.newsroom import AT, FIRST, SECOND, Newsroom, article, open_newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = open_newsroom(tmp_path / "paperboy.db")
    yield room
    room.sound()
    room.db.close()


def story(newsroom: Newsroom, name: str, days: int = 0, *topics: str) -> int:
    told = article(
        name,
        f"https://one.example/{name}",
        topics=topics,
        published=AT - timedelta(days=days),
    )
    number_ = newsroom.number(f"{name}.md", told)
    newsroom.plan()
    return number_


def due(newsroom: Newsroom, *busy: int, most: int = 50) -> list[tuple[str, str]]:
    found = outbox.due(newsroom.db, newsroom.at, busy=busy, most=most)
    return [
        (
            name(newsroom, one.delivery.chat),
            newsroom.stored(one.delivery.article).article.title,
        )
        for one in found
    ]


def name(newsroom: Newsroom, chat: int) -> str:
    found = chats.get(newsroom.db, chat)
    assert found is not None
    return found.setting or found.title


def one(newsroom: Newsroom) -> delivery_rows.Addressed:
    (found,) = outbox.due(newsroom.db, newsroom.at)
    return found


# --- the key ----------------------------------------------------------------------------------------------------------


def test_one_article_one_chat_one_edition_is_one_delivery(newsroom: Newsroom) -> None:
    chat = newsroom.open_channel("@news")
    number_ = story(newsroom, "A")

    def open_again(edition: int) -> int:
        return outbox.open_(
            newsroom.db,
            number_,
            [chat, chat],
            lane=Lane.CHANNEL,
            edition=edition,
            rank=AT,
            at=AT,
        )

    assert [open_again(1), open_again(2), open_again(2)] == [0, 1, 0]
    assert newsroom.states(number_) == {"@news": "pending", "@news#2": "pending"}


# --- what is due ------------------------------------------------------------------------------------------------------


def test_channels_come_before_followers_and_old_stories_before_new_ones(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    for title, days in (("New", 1), ("Old", 3), ("Middle", 2)):
        story(newsroom, title, days, "AI")
    assert newsroom.deliver() == [
        ("@news", "Old"),
        ("R7", "New"),
        ("@news", "Middle"),
        ("R7", "Old"),
        ("@news", "New"),
        ("R7", "Middle"),
    ]


def test_a_chat_gets_one_at_a_time_and_none_while_it_is_busy(
    newsroom: Newsroom,
) -> None:
    news, more = newsroom.open_channel("@news"), newsroom.open_channel("@more")
    story(newsroom, "A", 2)
    story(newsroom, "B", 1)
    assert due(newsroom) == [("@news", "A"), ("@more", "A")]
    assert due(newsroom, news) == [("@more", "A")]
    assert due(newsroom, news, more) == []
    assert due(newsroom, most=1) == [("@news", "A")]


def test_a_reader_with_a_long_queue_holds_up_nobody_elses_first(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(1, *"abcdefgh")
    newsroom.reader(2, "h")
    newsroom.later(seconds=1)
    for days, topic in enumerate("abcdefgh"):
        story(newsroom, topic, 9 - days, topic)
    newsroom.deliver()
    assert newsroom.posted.index(("R2", "h")) <= 1


def test_a_delivery_waits_for_its_own_moment_and_for_its_chats(
    newsroom: Newsroom,
) -> None:
    chat = newsroom.open_channel("@news")
    story(newsroom, "A")
    found = one(newsroom).delivery.id
    until = newsroom.at + timedelta(seconds=30)
    outbox.set_state(newsroom.db, found, State.PENDING, "flood", until)
    pauses.pause(newsroom.db, chat, until + timedelta(seconds=30), "flood")
    for waits in (until, until + timedelta(seconds=30)):
        assert outbox.next_due(newsroom.db, newsroom.at) == until + timedelta(
            seconds=30
        )
        assert due(newsroom) == []
        newsroom.at = waits
    assert due(newsroom) == [("@news", "A")]
    newsroom.at = AT
    pauses.resume(newsroom.db, chat)
    assert due(newsroom) == [("@news", "A")]


def test_a_channel_whose_name_is_not_resolved_waits_without_a_moment(
    newsroom: Newsroom,
) -> None:
    (chat,) = chats.set_channels(newsroom.db, [("@later", 0, OnDoubt.RESEND)])
    number_ = story(newsroom, "A")
    outbox.open_(
        newsroom.db, number_, [chat.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT
    )
    assert due(newsroom) == []
    assert outbox.next_due(newsroom.db, newsroom.at) is None
    assert outbox.waiting(newsroom.db) == 1
    chats.resolve(newsroom.db, chat.id, -1009, username="later", title="Later")
    assert due(newsroom) == [("@later", "A")]


@pytest.mark.parametrize("state", AWAY)
def test_who_left_takes_what_waits_along_and_is_given_nothing_more(
    newsroom: Newsroom, state: Standing
) -> None:
    reader = newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    first = story(newsroom, "A", 0, "AI")
    outbox.open_(
        newsroom.db, first, [reader], lane=Lane.FOLLOWER, edition=1, rank=AT, at=AT
    )
    standings.set_state(newsroom.db, reader, state, "bot was blocked by the user")
    story(newsroom, "B", 0, "AI")
    assert newsroom.deliver() == []
    assert newsroom.states(first) == {"R7": "gone"}
    assert outbox.waiting(newsroom.db) == 0


def test_when_nothing_waits_there_is_no_moment(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A")
    assert outbox.next_due(newsroom.db, newsroom.at) == newsroom.at
    newsroom.deliver()
    assert outbox.next_due(newsroom.db, newsroom.at) is None
    assert outbox.waiting(newsroom.db) == 0


def test_a_cursor_over_followers_is_due_at_once(newsroom: Newsroom) -> None:
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    newsroom.record("a.md", article(topics=("AI",)))
    assert outbox.next_due(newsroom.db, newsroom.at) == newsroom.at
    assert outbox.waiting(newsroom.db) == 1
    assert newsroom.deliver() == [("R7", FIRST)]
    assert outbox.waiting(newsroom.db) == 0


def test_only_what_can_still_go_out_by_itself_is_waited_for(newsroom: Newsroom) -> None:
    chat = newsroom.open_channel("@news")
    story(newsroom, "A")
    found = one(newsroom)
    newsroom.deliver()
    outbox.set_state(
        newsroom.db, found.delivery.id, State.DOUBTFUL, "waits for an editor"
    )
    assert outbox.waiting(newsroom.db) == 0
    outbox.set_state(newsroom.db, found.delivery.id, State.DOUBTFUL, "", newsroom.at)
    assert outbox.waiting(newsroom.db) == 1
    standings.set_state(newsroom.db, chat, Standing.DROPPED)
    assert outbox.waiting(newsroom.db) == 0


def test_posts_of_a_chat_that_is_gone_are_not_waited_for(newsroom: Newsroom) -> None:
    chat = newsroom.open_channel("@news")
    story(newsroom, "A")
    newsroom.deliver()
    newsroom.record("A.md", article("A anew", "https://one.example/A"))
    assert outbox.waiting(newsroom.db) == 1
    standings.set_state(newsroom.db, chat, Standing.DROPPED)
    assert outbox.waiting(newsroom.db) == 0
    assert outbox.next_due(newsroom.db, newsroom.later(hours=1)) is None


# --- an attempt -------------------------------------------------------------------------------------------------------


def attempts(newsroom: Newsroom) -> list[tuple[str, str]]:
    return [
        (one["action"], one["outcome"])
        for one in rows(newsroom.db, "SELECT * FROM attempts ORDER BY id")
    ]


def test_the_payload_is_written_down_before_the_call_word_for_word(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A")
    found = one(newsroom)
    payload = {
        "method": "sendMessage",
        "text": "人工 <b>",
        "reply_markup": {"inline_keyboard": [[{"text": "»"}]]},
    }
    assert outbox.begin(
        newsroom.db, {found.delivery.id: (payload, "form")}, newsroom.at
    ) == {found.delivery.id}
    written = row(newsroom.db, "SELECT * FROM deliveries")
    assert written is not None
    delivery = delivery_rows.delivery_of(written)
    assert (delivery.state, delivery.attempts, delivery.payload) == (
        State.SENDING,
        1,
        payload,
    )
    assert due(newsroom) == []
    assert (
        outbox.begin(newsroom.db, {found.delivery.id: (payload, "form")}, newsroom.at)
        == set()
    )  # it is on its way already
    assert attempts(newsroom) == [("send", "")]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent(41), "sent"),
        (Wait(3, "flood", Delay.FLOOD), "pending"),
        (Refused("no"), "refused"),
        (Gone("kicked"), "pending"),
        (Unknown("cut"), "doubtful"),
    ],
)
def test_every_outcome_is_written_down_with_its_attempt(
    newsroom: Newsroom, outcome: Sent, state: str
) -> None:
    newsroom.open_channel("@news")
    number_ = story(newsroom, "A")
    newsroom.send(one(newsroom), outcome)
    assert newsroom.states(number_) == {"@news": state}
    assert attempts(newsroom) == [("send", state)]


def test_a_flood_pauses_the_whole_chat_and_a_restart_remembers(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A", 1)
    story(newsroom, "B", 0)
    newsroom.send(one(newsroom), Wait(90, "Too Many Requests", Delay.FLOOD))
    assert due(newsroom) == []
    newsroom.db.close()
    again = open_newsroom(tmp_path / "paperboy.db")
    assert outbox.next_due(again.db, newsroom.at) == newsroom.at + timedelta(seconds=90)
    newsroom.db = again.db


def test_fallbacks_that_were_tried_are_remembered(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A")
    newsroom.send(one(newsroom), Refused("can't parse entities", Refusal.MARKUP))
    assert one(newsroom).delivery.fallbacks == (Fallback.PLAIN,)
    newsroom.send(one(newsroom), Refused("the keyboard", Refusal.KEYBOARD))
    assert one(newsroom).delivery.fallbacks == (Fallback.PLAIN, Fallback.NO_KEYBOARD)


def test_settling_several_is_one_commit(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    number_ = story(newsroom, "A")
    found = one(newsroom)
    bad = Settlement(state="nonsense")  # type: ignore[arg-type] # a state that the schema refuses
    with pytest.raises(Exception, match="CHECK"):
        outbox.settle(
            newsroom.db,
            [
                (found.delivery, Settlement(state=State.SENT, message=1)),
                (found.delivery, bad),
            ],
            AT,
        )
    assert newsroom.states(number_) == {"@news": "pending"}


def test_the_oldest_waiting_is_told_until_it_is_settled(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A")
    assert counts.oldest_waiting(newsroom.db) == AT
    newsroom.later(hours=1)
    assert counts.oldest_waiting(newsroom.db) == AT
    newsroom.deliver()
    assert counts.oldest_waiting(newsroom.db) is None


def test_counts_are_by_channel_and_for_all_readers_together(newsroom: Newsroom) -> None:
    chat = newsroom.open_channel("@news")
    newsroom.reader(7, "AI")
    newsroom.reader(8, "AI")
    newsroom.later(seconds=1)
    story(newsroom, "A", 0, "AI")
    newsroom.deliver()
    story(newsroom, "B")
    assert counts.deliveries(newsroom.db, chat) == {"sent": 1, "pending": 1}
    assert counts.deliveries(newsroom.db) == {"sent": 2}
    assert counts.articles(newsroom.db) == 2


# --- posts and their addresses ----------------------------------------------------------------------------------------


def test_the_newest_living_post_of_an_address_or_its_alias_is_found_in_its_chat_only(
    newsroom: Newsroom,
) -> None:
    news, more = newsroom.open_channel("@news"), newsroom.open_channel("@more")
    told = article("A", "https://one.example/a", aliases=("https://amp.example/story",))
    number_ = newsroom.number("a.md", told)
    assert post_places.by_identity(newsroom.db, news, [told.identity]) == {}
    newsroom.deliver()
    first = post_places.by_identity(
        newsroom.db, news, [told.identity, *told.aliases, "example.org/unknown"]
    )
    assert set(first) == {told.identity, *told.aliases}
    assert post_places.by_identity(newsroom.db, more, [told.identity]) != {
        told.identity: first[told.identity]
    }
    outbox.open_(
        newsroom.db, number_, [news], lane=Lane.CHANNEL, edition=2, rank=AT, at=AT
    )
    newsroom.deliver()
    assert (
        post_places.by_identity(newsroom.db, news, [told.identity])[told.identity]
        > first[told.identity]
    )
    assert post_places.by_identity(newsroom.db, news, []) == {}


def test_an_article_is_found_by_a_post_of_it_and_its_channels_name_or_number(
    newsroom: Newsroom,
) -> None:
    chat = newsroom.open_channel("@news")
    number_ = story(newsroom, "a")
    newsroom.deliver()
    row_ = chats.get(newsroom.db, chat)
    message = number(newsroom.db, "SELECT message FROM deliveries")
    assert row_
    found = [
        post_places.articles_of_post(newsroom.db, "News", None, message),
        post_places.articles_of_post(newsroom.db, "", row_.chat_id, message),
    ]
    assert found == [[number_], [number_]]
    assert post_places.articles_of_post(newsroom.db, "news", None, message + 1) == []
    assert post_places.articles_of_post(newsroom.db, "", None, message) == []


def test_a_post_that_was_taken_back_has_no_address(newsroom: Newsroom) -> None:
    chat = newsroom.open_channel("@news")
    told = article("A", "https://one.example/a")
    newsroom.record("a.md", told)
    newsroom.deliver()
    newsroom.record("a.md", replace(told, removed=True))
    newsroom.revise()
    assert post_places.by_identity(newsroom.db, chat, [told.identity]) == {}


# --- revisions --------------------------------------------------------------------------------------------------------


def show(newsroom: Newsroom, title: str) -> bool:
    """The file is told anew; say whether that edits the post."""
    newsroom.record("a.md", article(title, "https://one.example/a"))
    newsroom.later(minutes=2)
    return bool(newsroom.revise())


def test_each_form_of_a_post_is_shown_twice_at_most(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    newsroom.deliver()
    assert [show(newsroom, (SECOND, FIRST)[turn % 2]) for turn in range(8)] == [
        True,
        True,
        True,
        *[False] * 5,
    ]
    assert show(newsroom, "A third form is news")


def test_a_form_shown_too_often_is_not_smuggled_in_by_another_ones_edit(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    newsroom.deliver()
    for turn in range(4):
        show(newsroom, (SECOND, FIRST)[turn % 2])
    newsroom.record(
        "a.md", article("A third form that never gets shown", "https://one.example/a")
    )
    assert not show(newsroom, FIRST)


def test_a_change_while_an_edit_is_on_its_way_is_edited_afterwards(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, "https://one.example/a"))
    newsroom.later(minutes=2)
    (revision,) = edits.due(newsroom.db, newsroom.at)
    form = newsroom.stored(revision.to.delivery.article).fingerprint
    newsroom.record("a.md", article("A third", "https://one.example/a"))
    edit_outcomes.edited(newsroom.db, revision.to.delivery.id, form, {}, newsroom.at)
    newsroom.later(minutes=2)
    assert newsroom.revise() == [("@news", "A third")]


def test_a_withdrawal_while_an_edit_is_on_its_way_is_carried_out_afterwards(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, "https://one.example/a"))
    newsroom.later(minutes=2)
    (revision,) = edits.due(newsroom.db, newsroom.at)
    newsroom.record("a.md", article(SECOND, "https://one.example/a", removed=True))
    edit_outcomes.edited(newsroom.db, revision.to.delivery.id, "form", {}, newsroom.at)
    assert newsroom.revise() == [("@news", "")]


def test_a_revision_tells_what_the_post_shows_and_when_it_was_posted(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    before = newsroom.stored(1).fingerprint
    posted = newsroom.at
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, "https://one.example/a"))
    newsroom.later(hours=3)
    (revision,) = edits.due(newsroom.db, newsroom.at)
    assert (revision.form, revision.sent) == (before, posted)


def test_revisions_come_one_a_chat_and_none_to_busy_or_paused_ones(
    newsroom: Newsroom,
) -> None:
    news, more = newsroom.open_channel("@news"), newsroom.open_channel("@more")
    for title in "AB":
        story(newsroom, title)
    newsroom.deliver()
    for title in "AB":
        newsroom.record(
            f"{title}.md", article(f"{title} anew", f"https://one.example/{title}")
        )
    newsroom.later(hours=1)
    assert len(edits.due(newsroom.db, newsroom.at)) == 2
    assert {
        one.to.delivery.chat for one in edits.due(newsroom.db, newsroom.at, busy=[news])
    } == {more}
    pauses.pause(newsroom.db, more, newsroom.at + timedelta(hours=1), "flood")
    assert edits.due(newsroom.db, newsroom.at, busy=[news]) == []


def test_a_revision_put_off_waits_and_one_given_up_is_over(newsroom: Newsroom) -> None:
    newsroom.open_channel("@news")
    show(newsroom, FIRST)
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, "https://one.example/a"))
    until = newsroom.later(minutes=2) + timedelta(minutes=5)
    (revision,) = edits.due(newsroom.db, newsroom.at)
    edit_outcomes.later(
        newsroom.db,
        revision.to.delivery.id,
        until,
        "flood",
        newsroom.at,
        fallbacks=[Fallback.PLAIN],
    )
    assert edits.due(newsroom.db, newsroom.at) == []
    assert outbox.next_due(newsroom.db, newsroom.at) == until
    newsroom.at = until
    (revision,) = edits.due(newsroom.db, newsroom.at)
    assert revision.to.delivery.fallbacks == (Fallback.PLAIN,)
    edit_outcomes.given_up(
        newsroom.db, revision.to.delivery.id, "message can't be edited", newsroom.at
    )
    assert edits.due(newsroom.db, newsroom.later(days=1)) == []
    assert outbox.waiting(newsroom.db) == 0


# --- updates, alerts, housekeeping ------------------------------------------------------------------------------------


def _told(db: Database, key: str) -> bool:
    return bool(notices.tell(db, [Notice(key=key, alert=Alert.OTHER)], AT))


def test_an_updates_effects_happen_once_and_its_answer_is_remembered(
    newsroom: Newsroom,
) -> None:
    done: list[int] = []

    def work(_: object) -> dict[str, object]:
        done.append(1)
        return {"edition": len(done), "title": "人工"}

    for update in (7, 7, 7, 8, None, None):
        updates.once(newsroom.db, update, AT, work)
    assert len(done) == 4
    assert updates.once(newsroom.db, 7, AT, work) == {"edition": 1, "title": "人工"}


def test_an_update_whose_effects_failed_may_be_tried_again(newsroom: Newsroom) -> None:
    def fails(db: object) -> None:
        _told(newsroom.db, "half done")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        updates.once(newsroom.db, 7, AT, fails)
    assert _told(newsroom.db, "half done")
    assert updates.once(newsroom.db, 7, AT, lambda db: "done") == "done"


def test_an_answer_that_can_not_be_remembered_undoes_the_effects(
    newsroom: Newsroom,
) -> None:
    with pytest.raises(TypeError):
        updates.once(newsroom.db, 7, AT, lambda db: {_told(newsroom.db, "a"): object()})
    assert _told(newsroom.db, "a")


def test_editors_hear_a_thing_once_until_it_is_over(newsroom: Newsroom) -> None:
    assert [_told(newsroom.db, key) for key in ("1:gone", "1:gone", "12:gone")] == [
        True,
        False,
        True,
    ]
    assert notices.all_clear(newsroom.db, ["1:gone", "1:rights"], AT) == ["1:gone"]
    assert [_told(newsroom.db, key) for key in ("1:gone", "12:gone")] == [True, False]


def test_housekeeping_forgets_what_is_old_and_settled_and_nothing_that_waits(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    story(newsroom, "A")
    newsroom.deliver()
    story(newsroom, "B")
    newsroom.send(one(newsroom), Wait(1, "network"))
    updates.once(newsroom.db, 1, newsroom.at, lambda db: None)
    assert pruned(newsroom, newsroom.later(days=6)) == 0
    updates.once(newsroom.db, 2, newsroom.at, lambda db: None)
    assert pruned(newsroom, newsroom.later(days=2)) >= 2
    assert attempts(newsroom) == [("send", "pending")]
    assert [one["id"] for one in rows(newsroom.db, "SELECT id FROM updates")] == [2]
    assert number(newsroom.db, "SELECT count(*) FROM deliveries") == 2


def pruned(newsroom: Newsroom, at: datetime) -> int:
    return pruning.updates(newsroom.db, at) + pruning.attempts(newsroom.db, at)


# --- what else is written and asked -----------------------------------------------------------------------------------


def test_what_can_not_be_made_is_refused_with_its_reason_and_was_never_sent(
    newsroom: Newsroom,
) -> None:
    """Only what still waits: another's outcome is not written over."""
    newsroom.open_channel("@news")
    number_ = story(newsroom, "A")
    waiting = one(newsroom).delivery.id
    outbox.refuse(newsroom.db, [(waiting, "the template failed")], newsroom.at)
    assert newsroom.states(number_) == {"@news": "refused"}
    assert attempts(newsroom) == [("render", "refused")]
    outbox.refuse(newsroom.db, [(waiting, "again")], newsroom.at)
    assert attempts(newsroom) == [("render", "refused")]


def test_a_post_that_got_anothers_keyboard_is_put_right_once_its_number_is_known(
    newsroom: Newsroom,
) -> None:
    """A message that belongs to nobody is left alone."""
    newsroom.open_channel("@news")
    story(newsroom, "A")
    post = one(newsroom)
    for message in (101, 555):
        write(
            newsroom.db, "INSERT INTO retouched VALUES (?, ?)", (post.chat_id, message)
        )
    newsroom.messages = 100
    newsroom.deliver(Sent(101))
    assert [found.to.delivery.id for found in edits.due(newsroom.db, newsroom.at)] == [
        post.delivery.id
    ]
    assert number(newsroom.db, "SELECT count(*) FROM retouched") == 1
    story(newsroom, "B")
    newsroom.deliver(Sent(102))
    assert number(newsroom.db, "SELECT count(*) FROM retouched") == 1


def test_states_change_together_and_it_is_known_what_a_channel_has(
    newsroom: Newsroom,
) -> None:
    """Skipped ones count as had: nothing is opened anew."""
    chat = newsroom.open_channel("@news")
    number_ = story(newsroom, "A")
    assert not post_places.had_edition(newsroom.db, number_ + 1)
    assert outbox.change_state(newsroom.db, number_, State.PENDING, State.SKIPPED) == 1
    assert post_places.had_edition(newsroom.db, number_)
    assert post_places.articles_in(newsroom.db, chat) == {number_}
    assert post_places.chats_of(newsroom.db, number_) == []


def test_an_article_is_found_by_the_number_of_its_post(newsroom: Newsroom) -> None:
    """Of a channel by its name or its number, whatever the case of the name."""
    newsroom.open_channel("@news")
    number_ = story(newsroom, "A")
    newsroom.deliver()
    (found,) = rows(
        newsroom.db,
        "SELECT c.chat_id, d.message FROM deliveries d JOIN chats c ON c.id = d.chat",
    )

    def at(name: str, chat_id: int | None, message: int) -> list[int]:
        return post_places.articles_of_post(newsroom.db, name, chat_id, message)

    assert at("News", None, found["message"]) == [number_]
    assert at("", found["chat_id"], found["message"]) == [number_]
    assert at("other", None, found["message"]) == []
    assert at("news", None, found["message"] + 1) == []
