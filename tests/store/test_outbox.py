"""The outbox's rows: what is due and in what order, what an attempt leaves behind, and how often a post is edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.delivery import Gone, Lane, Refused, Sent, Settlement, State, Unknown, Wait
from bot.domain.notices import Alert, Notice
from bot.store import chats, counts, edits, notices, outbox, pruning, updates
from bot.store.database import Database, number, row, rows
from tests.support.newsroom import AT, FIRST, SECOND, Newsroom, article, newsroom


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsroom]:
    room = newsroom(tmp_path / "paperboy.db")
    yield room
    room.sound()
    room.db.close()


def story(desk: Newsroom, name: str, days: int = 0, *topics: str) -> int:
    told = article(name, f"https://one.example/{name}", topics=topics, published=AT - timedelta(days=days))
    number_ = desk.number(f"{name}.md", told)
    desk.plan()
    return number_


def due(desk: Newsroom, *busy: int, most: int = 50) -> list[tuple[str, str]]:
    found = outbox.due(desk.db, desk.at, busy=busy, most=most)
    return [(name(desk, one.delivery.chat), desk.stored(one.delivery.article).article.title) for one in found]


def name(desk: Newsroom, chat: int) -> str:
    found = chats.get(desk.db, chat)
    assert found is not None
    return found.setting or found.title


def one(desk: Newsroom) -> outbox.Addressed:
    (found,) = outbox.due(desk.db, desk.at)
    return found


# --- the key ----------------------------------------------------------------------------------------------------------


def test_one_article_one_chat_one_edition_is_one_delivery(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    number_ = story(desk, "A")

    def open_again(edition: int) -> int:
        return outbox.open_(desk.db, number_, [chat, chat], lane=Lane.CHANNEL, edition=edition, rank=AT, at=AT)

    assert [open_again(1), open_again(2), open_again(2)] == [0, 1, 0]
    assert desk.states(number_) == {"@news": "pending", "@news#2": "pending"}


# --- what is due ------------------------------------------------------------------------------------------------------


def test_channels_come_before_followers_and_old_stories_before_new_ones(desk: Newsroom) -> None:
    desk.open_channel("@news")
    desk.reader(7, "AI")
    desk.later(seconds=1)
    for title, days in (("New", 1), ("Old", 3), ("Middle", 2)):
        story(desk, title, days, "AI")
    assert desk.deliver() == [
        ("@news", "Old"),
        ("R7", "New"),
        ("@news", "Middle"),
        ("R7", "Old"),
        ("@news", "New"),
        ("R7", "Middle"),
    ]


def test_a_chat_gets_one_at_a_time_and_none_while_it_is_busy(desk: Newsroom) -> None:
    news, more = desk.open_channel("@news"), desk.open_channel("@more")
    story(desk, "A", 2)
    story(desk, "B", 1)
    assert due(desk) == [("@news", "A"), ("@more", "A")]
    assert due(desk, news) == [("@more", "A")]
    assert due(desk, news, more) == []
    assert due(desk, most=1) == [("@news", "A")]


def test_a_reader_with_a_long_queue_holds_up_nobody_elses_first(desk: Newsroom) -> None:
    desk.reader(1, *"abcdefgh")
    desk.reader(2, "h")
    desk.later(seconds=1)
    for days, topic in enumerate("abcdefgh"):
        story(desk, topic, 9 - days, topic)
    desk.deliver()
    assert desk.posted.index(("R2", "h")) <= 1


def test_a_delivery_waits_for_its_own_moment_and_for_its_chats(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    story(desk, "A")
    found = one(desk).delivery.id
    until = desk.at + timedelta(seconds=30)
    outbox.set_state(desk.db, found, State.PENDING, "flood", until)
    chats.pause(desk.db, chat, until + timedelta(seconds=30), "flood")
    for waits in (until, until + timedelta(seconds=30)):
        assert outbox.next_due(desk.db, desk.at) == until + timedelta(seconds=30)
        assert due(desk) == []
        desk.at = waits
    assert due(desk) == [("@news", "A")]
    desk.at = AT
    chats.resume(desk.db, chat)
    assert due(desk) == [("@news", "A")]


def test_a_channel_whose_name_is_not_resolved_waits_without_a_moment(desk: Newsroom) -> None:
    (chat,) = chats.set_channels(desk.db, [("@later", 0, "resend")])
    number_ = story(desk, "A")
    outbox.open_(desk.db, number_, [chat.id], lane=Lane.CHANNEL, edition=1, rank=AT, at=AT)
    assert due(desk) == []
    assert outbox.next_due(desk.db, desk.at) is None
    assert outbox.waiting(desk.db) == 1
    chats.resolve(desk.db, chat.id, -1009, username="later", title="Later")
    assert due(desk) == [("@later", "A")]


@pytest.mark.parametrize("state", ["parked", "stopped"])
def test_who_left_takes_what_waits_along_and_is_given_nothing_more(desk: Newsroom, state: str) -> None:
    reader = desk.reader(7, "AI")
    desk.later(seconds=1)
    first = story(desk, "A", 0, "AI")
    outbox.open_(desk.db, first, [reader], lane=Lane.FOLLOWER, edition=1, rank=AT, at=AT)
    chats.set_state(desk.db, reader, state, "bot was blocked by the user")
    story(desk, "B", 0, "AI")
    assert desk.deliver() == []
    assert desk.states(first) == {"R7": "gone"}
    assert outbox.waiting(desk.db) == 0


def test_when_nothing_waits_there_is_no_moment(desk: Newsroom) -> None:
    desk.open_channel("@news")
    story(desk, "A")
    assert outbox.next_due(desk.db, desk.at) == desk.at
    desk.deliver()
    assert outbox.next_due(desk.db, desk.at) is None
    assert outbox.waiting(desk.db) == 0


def test_a_cursor_over_followers_is_due_at_once(desk: Newsroom) -> None:
    desk.reader(7, "AI")
    desk.later(seconds=1)
    desk.tell("a.md", article(topics=("AI",)))
    assert outbox.next_due(desk.db, desk.at) == desk.at
    assert outbox.waiting(desk.db) == 1
    assert desk.deliver() == [("R7", FIRST)]
    assert outbox.waiting(desk.db) == 0


def test_only_what_can_still_go_out_by_itself_is_waited_for(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    story(desk, "A")
    found = one(desk)
    desk.deliver()
    outbox.set_state(desk.db, found.delivery.id, State.DOUBTFUL, "waits for an editor")
    assert outbox.waiting(desk.db) == 0
    outbox.set_state(desk.db, found.delivery.id, State.DOUBTFUL, "", desk.at)
    assert outbox.waiting(desk.db) == 1
    chats.set_state(desk.db, chat, "dropped")
    assert outbox.waiting(desk.db) == 0


def test_posts_of_a_chat_that_is_gone_are_not_waited_for(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    story(desk, "A")
    desk.deliver()
    desk.tell("A.md", article("A anew", "https://one.example/A"))
    assert outbox.waiting(desk.db) == 1
    chats.set_state(desk.db, chat, "dropped")
    assert outbox.waiting(desk.db) == 0
    assert outbox.next_due(desk.db, desk.later(hours=1)) is None


# --- an attempt -------------------------------------------------------------------------------------------------------


def attempts(desk: Newsroom) -> list[tuple[str, str]]:
    return [(one["action"], one["outcome"]) for one in rows(desk.db, "SELECT * FROM attempts ORDER BY id")]


def test_the_payload_is_written_down_before_the_call_word_for_word(desk: Newsroom) -> None:
    desk.open_channel("@news")
    story(desk, "A")
    found = one(desk)
    payload = {"method": "sendMessage", "text": "人工 <b>", "reply_markup": {"inline_keyboard": [[{"text": "»"}]]}}
    assert outbox.begin(desk.db, {found.delivery.id: (payload, "form")}, desk.at) == {found.delivery.id}
    written = row(desk.db, "SELECT * FROM deliveries")
    assert written is not None
    delivery = outbox.delivery_of(written)
    assert (delivery.state, delivery.attempts, delivery.payload) == (State.SENDING, 1, payload)
    assert due(desk) == []
    assert outbox.begin(desk.db, {found.delivery.id: (payload, "form")}, desk.at) == set()  # it is on its way already
    assert attempts(desk) == [("send", "")]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent(41), "sent"),
        (Wait(3, "flood", flood=True), "pending"),
        (Refused("no"), "refused"),
        (Gone("kicked"), "pending"),
        (Unknown("cut"), "doubtful"),
    ],
)
def test_every_outcome_is_written_down_with_its_attempt(desk: Newsroom, outcome: Sent, state: str) -> None:
    desk.open_channel("@news")
    number_ = story(desk, "A")
    desk.send(one(desk), outcome)
    assert desk.states(number_) == {"@news": state}
    assert attempts(desk) == [("send", state)]


def test_a_flood_pauses_the_whole_chat_and_a_restart_remembers(desk: Newsroom, tmp_path: Path) -> None:
    desk.open_channel("@news")
    story(desk, "A", 1)
    story(desk, "B", 0)
    desk.send(one(desk), Wait(90, "Too Many Requests", flood=True))
    assert due(desk) == []
    desk.db.close()
    again = newsroom(tmp_path / "paperboy.db")
    assert outbox.next_due(again.db, desk.at) == desk.at + timedelta(seconds=90)
    desk.db = again.db


def test_mends_that_were_tried_are_remembered(desk: Newsroom) -> None:
    desk.open_channel("@news")
    story(desk, "A")
    desk.send(one(desk), Refused("can't parse entities", mend="plain"))
    assert one(desk).delivery.mend == "plain"
    desk.send(one(desk), Refused("the keyboard", mend="no_keyboard"))
    assert one(desk).delivery.mend == "plain no_keyboard"


def test_settling_several_is_one_commit(desk: Newsroom) -> None:
    desk.open_channel("@news")
    number_ = story(desk, "A")
    found = one(desk)
    bad = Settlement(state="nonsense")  # type: ignore[arg-type] # a state that the schema refuses
    with pytest.raises(Exception, match="CHECK"):
        outbox.settle(desk.db, [(found.delivery, Settlement(state=State.SENT, message=1)), (found.delivery, bad)], AT)
    assert desk.states(number_) == {"@news": "pending"}


def test_the_oldest_waiting_is_told_until_it_is_settled(desk: Newsroom) -> None:
    desk.open_channel("@news")
    story(desk, "A")
    assert counts.oldest_waiting(desk.db) == AT
    desk.later(hours=1)
    assert counts.oldest_waiting(desk.db) == AT
    desk.deliver()
    assert counts.oldest_waiting(desk.db) is None


def test_counts_are_by_channel_and_for_all_readers_together(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    desk.reader(7, "AI")
    desk.reader(8, "AI")
    desk.later(seconds=1)
    story(desk, "A", 0, "AI")
    desk.deliver()
    story(desk, "B")
    assert counts.deliveries(desk.db, chat) == {"sent": 1, "pending": 1}
    assert counts.deliveries(desk.db) == {"sent": 2}
    assert counts.articles(desk.db) == 2


# --- posts and their addresses ----------------------------------------------------------------------------------------


def test_the_newest_living_post_of_an_address_or_its_alias_is_found_in_its_chat_only(desk: Newsroom) -> None:
    news, more = desk.open_channel("@news"), desk.open_channel("@more")
    told = article("A", "https://one.example/a", aliases=("https://amp.example/story",))
    number_ = desk.number("a.md", told)
    assert outbox.posts_of(desk.db, news, [told.identity]) == {}
    desk.deliver()
    first = outbox.posts_of(desk.db, news, [told.identity, *told.aliases, "example.org/unknown"])
    assert set(first) == {told.identity, *told.aliases}
    assert outbox.posts_of(desk.db, more, [told.identity]) != {told.identity: first[told.identity]}
    outbox.open_(desk.db, number_, [news], lane=Lane.CHANNEL, edition=2, rank=AT, at=AT)
    desk.deliver()
    assert outbox.posts_of(desk.db, news, [told.identity])[told.identity] > first[told.identity]
    assert outbox.posts_of(desk.db, news, []) == {}


def test_a_post_that_was_taken_back_has_no_address(desk: Newsroom) -> None:
    chat = desk.open_channel("@news")
    told = article("A", "https://one.example/a")
    desk.tell("a.md", told)
    desk.deliver()
    desk.tell("a.md", replace(told, removed=True))
    desk.revise()
    assert outbox.posts_of(desk.db, chat, [told.identity]) == {}


# --- revisions --------------------------------------------------------------------------------------------------------


def show(desk: Newsroom, title: str) -> bool:
    """The file is told anew; say whether that edits the post."""
    desk.tell("a.md", article(title, "https://one.example/a"))
    desk.later(minutes=2)
    return bool(desk.revise())


def test_each_form_of_a_post_is_shown_twice_at_most(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    desk.deliver()
    assert [show(desk, (SECOND, FIRST)[turn % 2]) for turn in range(8)] == [True, True, True, *[False] * 5]
    assert show(desk, "A third form is news")


def test_a_form_shown_too_often_is_not_smuggled_in_by_another_ones_edit(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    desk.deliver()
    for turn in range(4):
        show(desk, (SECOND, FIRST)[turn % 2])
    desk.tell("a.md", article("A third form that never gets shown", "https://one.example/a"))
    assert not show(desk, FIRST)


def test_a_change_while_an_edit_is_on_its_way_is_edited_afterwards(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    desk.deliver()
    desk.tell("a.md", article(SECOND, "https://one.example/a"))
    desk.later(minutes=2)
    (revision,) = edits.due(desk.db, desk.at)
    form = desk.stored(revision.to.delivery.article).fingerprint
    desk.tell("a.md", article("A third", "https://one.example/a"))
    edits.edited(desk.db, revision.to.delivery.id, form, {}, desk.at)
    desk.later(minutes=2)
    assert desk.revise() == [("@news", "A third")]


def test_a_withdrawal_while_an_edit_is_on_its_way_is_carried_out_afterwards(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    desk.deliver()
    desk.tell("a.md", article(SECOND, "https://one.example/a"))
    desk.later(minutes=2)
    (revision,) = edits.due(desk.db, desk.at)
    desk.tell("a.md", article(SECOND, "https://one.example/a", removed=True))
    edits.edited(desk.db, revision.to.delivery.id, "form", {}, desk.at)
    assert desk.revise() == [("@news", "")]


def test_a_revision_tells_what_the_post_shows_and_when_it_was_posted(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    before = desk.stored(1).fingerprint
    posted = desk.at
    desk.deliver()
    desk.tell("a.md", article(SECOND, "https://one.example/a"))
    desk.later(hours=3)
    (revision,) = edits.due(desk.db, desk.at)
    assert (revision.form, revision.sent) == (before, posted)


def test_revisions_come_one_a_chat_and_none_to_busy_or_paused_ones(desk: Newsroom) -> None:
    news, more = desk.open_channel("@news"), desk.open_channel("@more")
    for title in "AB":
        story(desk, title)
    desk.deliver()
    for title in "AB":
        desk.tell(f"{title}.md", article(f"{title} anew", f"https://one.example/{title}"))
    desk.later(hours=1)
    assert len(edits.due(desk.db, desk.at)) == 2
    assert {one.to.delivery.chat for one in edits.due(desk.db, desk.at, busy=[news])} == {more}
    chats.pause(desk.db, more, desk.at + timedelta(hours=1), "flood")
    assert edits.due(desk.db, desk.at, busy=[news]) == []


def test_a_revision_put_off_waits_and_one_given_up_is_over(desk: Newsroom) -> None:
    desk.open_channel("@news")
    show(desk, FIRST)
    desk.deliver()
    desk.tell("a.md", article(SECOND, "https://one.example/a"))
    until = desk.later(minutes=2) + timedelta(minutes=5)
    (revision,) = edits.due(desk.db, desk.at)
    edits.later(desk.db, revision.to.delivery.id, until, "flood", desk.at, mend="plain")
    assert edits.due(desk.db, desk.at) == []
    assert outbox.next_due(desk.db, desk.at) == until
    desk.at = until
    (revision,) = edits.due(desk.db, desk.at)
    assert revision.to.delivery.mend == "plain"
    edits.given_up(desk.db, revision.to.delivery.id, "message can't be edited", desk.at)
    assert edits.due(desk.db, desk.later(days=1)) == []
    assert outbox.waiting(desk.db) == 0


# --- updates, alerts, housekeeping ------------------------------------------------------------------------------------


def _told(db: Database, key: str) -> bool:
    return bool(notices.tell(db, [Notice(key=key, alert=Alert.OTHER)], AT))


def test_an_updates_effects_happen_once_and_its_answer_is_remembered(desk: Newsroom) -> None:
    done: list[int] = []

    def work(_: object) -> dict[str, object]:
        done.append(1)
        return {"edition": len(done), "title": "人工"}

    for update in (7, 7, 7, 8, None, None):
        updates.once(desk.db, update, AT, work)
    assert len(done) == 4
    assert updates.once(desk.db, 7, AT, work) == {"edition": 1, "title": "人工"}


def test_an_update_whose_effects_failed_may_be_tried_again(desk: Newsroom) -> None:
    def fails(db: object) -> None:
        _told(desk.db, "half done")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        updates.once(desk.db, 7, AT, fails)
    assert _told(desk.db, "half done")
    assert updates.once(desk.db, 7, AT, lambda db: "done") == "done"


def test_an_answer_that_can_not_be_remembered_undoes_the_effects(desk: Newsroom) -> None:
    with pytest.raises(TypeError):
        updates.once(desk.db, 7, AT, lambda db: {_told(desk.db, "a"): object()})
    assert _told(desk.db, "a")


def test_editors_hear_a_thing_once_until_it_is_over(desk: Newsroom) -> None:
    assert [_told(desk.db, key) for key in ("1:gone", "1:gone", "12:gone")] == [True, False, True]
    assert notices.all_clear(desk.db, ["1:gone", "1:rights"], AT) == ["1:gone"]
    assert [_told(desk.db, key) for key in ("1:gone", "12:gone")] == [True, False]


def test_housekeeping_forgets_what_is_old_and_settled_and_nothing_that_waits(desk: Newsroom) -> None:
    desk.open_channel("@news")
    story(desk, "A")
    desk.deliver()
    story(desk, "B")
    desk.send(one(desk), Wait(1, "network"))
    updates.once(desk.db, 1, desk.at, lambda db: None)
    assert pruned(desk, desk.later(days=6)) == 0
    updates.once(desk.db, 2, desk.at, lambda db: None)
    assert pruned(desk, desk.later(days=2)) >= 2
    assert attempts(desk) == [("send", "pending")]
    assert [one["id"] for one in rows(desk.db, "SELECT id FROM updates")] == [2]
    assert number(desk.db, "SELECT count(*) FROM deliveries") == 2


def pruned(desk: Newsroom, at: datetime) -> int:
    return pruning.updates(desk.db, at) + pruning.attempts(desk.db, at)
