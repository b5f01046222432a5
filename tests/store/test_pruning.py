"""What the database keeps of what is over: little of each delivery, and less of what is old, a piece at a time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.interpretation import after_send
from bot.domain.outcome import Sent
from bot.publish import settling
from bot.sandbox import Sandbox
from bot.store import outbox, pruning
from bot.store.database import number, rows
from bot.store.payloads import remembered
from tests.support.newsroom import Newsroom, article, open_newsroom
from tests.support.outgoing import going

PAYLOAD: dict[str, Any] = {
    "method": "sendMessage",
    "text": "<b>A title</b>\n"
    + "What a reader reads, at the length of a usual post. " * 22,
    "parse_mode": "HTML",
    "link_preview_options": {
        "url": "https://news.example/a.jpg",
        "prefer_large_media": True,
        "show_above_text": True,
    },
    "reply_markup": {
        "inline_keyboard": [
            [{"text": "Read the article", "url": "https://news.example/a"}]
        ]
    },
}
READERS = 600


def post(room: Newsroom, payload: dict[str, Any]) -> int:
    """Send all that is due, with one payload; return how many."""
    sent = 0
    while due := outbox.due(room.db, room.at, most=200):
        outbox.begin(
            room.db,
            {
                one.delivery.id: (payload, article(topics=("AI",)).fingerprint)
                for one in due
            },
            room.at,
        )
        settled = [
            (
                one,
                after_send(Sent(1_000 + one.delivery.id), one.delivery, room.at, 60.0),
            )
            for one in due
        ]
        settling.write_down(room.db, settled, room.at)
        sent += len(due)
    return sent


def used(room: Newsroom) -> int:
    """Bytes of the pages in use."""
    pages = number(room.db, "PRAGMA page_count") - number(
        room.db, "PRAGMA freelist_count"
    )
    return pages * number(room.db, "PRAGMA page_size")


@pytest.fixture
def room() -> Newsroom:
    made = open_newsroom()
    for reader in range(1, READERS + 1):
        made.reader(reader, "AI")
    return made


def test_a_delivery_to_a_reader_keeps_a_fifth_of_its_payload(room: Newsroom) -> None:
    """With its row in the index of what waits: 2,200 bytes when the payload was kept word for word, now 330."""
    room.number("a.md", article(topics=("AI",)))
    room.plan()
    before = used(room)
    assert post(room, PAYLOAD) == READERS
    grown = (used(room) - before) / READERS
    print(f"{grown:.0f} bytes a delivery when it is sent")
    assert grown < len(json.dumps(PAYLOAD)) / 5


def test_old_payloads_are_shortened_a_piece_at_a_time(room: Newsroom) -> None:
    """As an earlier version left them: whole, also those to readers."""
    room.number("a.md", article(topics=("AI",)))
    room.plan()
    post(room, PAYLOAD)
    room.db.conn.execute("UPDATE deliveries SET payload = ?", (json.dumps(PAYLOAD),))
    room.db.conn.commit()
    room.db.conn.execute("VACUUM")
    whole = used(room)
    assert pruning.payloads(room.db, room.later(days=6)) == 0
    at = room.later(days=2)
    assert [pruning.payloads(room.db, at) for _ in range(3)] == [
        pruning.PIECE,
        READERS - pruning.PIECE,
        0,
    ]
    room.db.conn.execute("VACUUM")  # nothing else makes a file smaller
    assert used(room) < whole - READERS * 1_000
    found = [
        json.loads(one["payload"])
        for one in rows(room.db, "SELECT payload FROM deliveries")
    ]
    assert {one["method"] for one in found} == {"sendMessage"}
    assert all(remembered(PAYLOAD) == one for one in found)


def test_what_is_not_at_its_end_keeps_its_payload(room: Newsroom) -> None:
    room.open_channel("@news")
    room.number("a.md", article())
    (to,) = outbox.due(room.db, room.at)
    outbox.begin(room.db, {to.delivery.id: (PAYLOAD, "f")}, room.at)
    while pruning.payloads(room.db, room.later(days=30)):
        pass
    assert [
        json.loads(one["payload"])
        for one in rows(room.db, "SELECT payload FROM deliveries")
    ] == [PAYLOAD]


def test_attempts_and_updates_go_a_piece_at_a_time_and_the_last_of_what_waits_stays(
    room: Newsroom,
) -> None:
    room.number("a.md", article(topics=("AI",)))
    room.plan()
    post(room, PAYLOAD)
    values = [(number_, 1) for number_ in range(3 * pruning.PIECE)]
    room.db.conn.executemany(
        "INSERT INTO updates (id, at, result) VALUES (?, ?, '{}')", values
    )
    room.db.conn.execute(
        "UPDATE deliveries SET state = 'doubtful', not_before = 1 WHERE id = 1"
    )
    for _ in range(3):
        room.db.conn.execute(
            "INSERT INTO attempts (delivery, at, action) VALUES (1, 2, 'look')"
        )
    room.db.conn.commit()
    at = room.later(days=8)
    counted = {
        prune.__name__: [prune(room.db, at) for _ in range(4)]
        for prune in pruning.PRUNES[:2]
    }
    assert counted["updates"] == [pruning.PIECE] * 3 + [0]
    assert sum(counted["attempts"]) == READERS + 2
    assert max(counted["attempts"]) <= pruning.PIECE
    assert [
        one["delivery"] for one in rows(room.db, "SELECT delivery FROM attempts")
    ] == [1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
PAYLOADS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["sendMessage", "sendPhoto"]),
        "text": st.text(max_size=9),
    },
    optional={"photo": st.text(max_size=9), "reply_markup": JSON},
)


@given(PAYLOADS, PAYLOADS)
def test_the_same_is_remembered_of_the_same_only(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert (remembered(one) == remembered(other)) == (one == other)
    assert remembered(remembered(one)) == remembered(one)
    assert remembered(one).get("photo") == one.get("photo")


async def test_edits_are_made_and_none_in_vain_once_payloads_are_short() -> None:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        ann = sandbox.world.add_person("Ann")
        sandbox.world.open_private(ann)
        async with going(sandbox, editor, delivery={"picture": "photo"}) as bot:
            await bot.follower(ann)
            await bot.record(
                "a.md",
                title="The title at first",
                image="https://news.example/a.jpg",
                topics=("AI",),
            )
            await bot.deliver()
            sandbox.advance(timedelta(days=8).total_seconds())
            for _ in range(2):
                await bot.store(pruning.payloads, sandbox.clock())
            assert all(
                "digest" in json.loads(one["payload"]) for one in await bot.rows()
            )
            await bot.record("a.md", related=())  # reads as before: nothing to edit
            await bot.store(
                lambda db: db.conn.execute(
                    "UPDATE deliveries SET edit_due = 1, form = 'older'"
                )
            )
            await bot.deliver(1)
            assert [call.method for call in [*bot.made(), *bot.made(ann)]] == [
                "sendPhoto"
            ] * 2
            await bot.record("a.md", title="The title by now")
            for _ in range(2):
                await bot.deliver(1)
            assert all("by now" in one.text for one in (*bot.posts(), *bot.posts(ann)))
            assert {call.method for call in bot.made(ann)} == {
                "sendPhoto",
                "editMessageCaption",
            }
