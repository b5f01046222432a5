"""Who waits when a chat takes nothing: that chat, or only its closed thread; and what the editors hear of it."""

from __future__ import annotations

import pytest

from bot.domain.interpretation import RIGHTS_SECONDS, after_send
from bot.domain.outcome import Delay, Gone, Outcome, Refusal, Refused, Wait
from bot.publish import settling
from bot.sandbox import Sandbox, faults
from bot.store import chats, outbox, pauses
from tests.support.newsroom import Newsroom, article, open_newsroom
from tests.support.outgoing import Outgoing, going

MUTED = faults.refused(
    400, "Bad Request: not enough rights to send text messages to the chat"
)


async def heard(publisher: Outgoing) -> list[str]:
    await publisher.telegram.notifier.send()
    return publisher.alerts()


async def test_a_closed_thread_waits_and_the_others_of_its_forum_go_on() -> None:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        forum = sandbox.world.add_group("News", supergroup=True, forum=True)
        topics = [sandbox.world.add_topic(forum, name) for name in ("One", "Two")]
        async with going(
            sandbox, editor, place=forum, threads=[one.id for one in topics]
        ) as publisher:
            topics[0].closed = True
            await publisher.record("a.md")
            await publisher.deliver()
            await publisher.record("b.md")
            await publisher.deliver(2)
            await publisher.deliver(2)
            assert [
                post.thread
                for post in publisher.posts()
                if post.text.startswith("What is")
            ] == [topics[1].id] * 2
            topics[0].closed = False
            await publisher.deliver(RIGHTS_SECONDS)
            await publisher.deliver(2)
            assert (
                len([post for post in publisher.posts() if post.thread == topics[0].id])
                == 2
            )


async def test_a_readers_group_that_mutes_the_bot_is_no_matter_of_the_editors(
    publisher: Outgoing,
) -> None:
    group = publisher.sandbox.world.add_group("Chess club")
    await publisher.follower(group)
    publisher.sandbox.fail("sendMessage", MUTED, chat=group.id, times=None)
    for number in range(3):
        await publisher.record(f"{number}.md", topics=("AI",))
        await publisher.deliver(RIGHTS_SECONDS)
    assert (len(publisher.posts()), len(publisher.posts(group))) == (3, 0)
    assert await heard(publisher) == []
    publisher.sandbox.faults.clear()
    for _ in range(3):
        await publisher.deliver(12 * 3600)
    assert len(publisher.posts(group)) == 3


async def test_a_pause_of_an_hour_is_told_once_and_so_is_its_end(
    publisher: Outgoing,
) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.retry_after(7200), chat=publisher.place
    )
    await publisher.record("a.md")
    await publisher.deliver()
    await publisher.record("b.md")
    await publisher.deliver(1)
    (told,) = await heard(publisher)
    assert "pause in News" in told
    assert "UTC" in told
    for _ in range(2):
        await publisher.deliver(7200)
    assert len(publisher.posts()) == 2
    assert ["pause in News is over" in one for one in await heard(publisher)] == [
        False,
        True,
    ]


async def test_a_short_pause_is_not_told(publisher: Outgoing) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.retry_after(3000), chat=publisher.place
    )
    await publisher.record()
    await publisher.deliver()
    assert await heard(publisher) == []


def threads(room: Newsroom) -> list[int]:
    """A reader's forum: General and a thread of it, and an article for both."""
    general = room.reader(-1001, "AI")
    sql = "INSERT INTO chats (chat_id, thread, kind) VALUES (-1001, 77, 'group')"
    thread = int(room.db.conn.execute(sql).lastrowid or 0)
    room.db.conn.execute(
        "INSERT INTO follows (topic, chat, since) SELECT topic, ?, since FROM follows",
        (thread,),
    )
    room.db.conn.commit()
    room.number("a.md", article(topics=("AI",)))
    room.plan()
    return [general, thread]


@pytest.mark.parametrize(
    ("outcome", "waits"),
    [
        (Wait(60, "too fast", Delay.FLOOD), [True, True]),
        (Wait(900, "no rights", Delay.RIGHTS), [True, True]),
        (Wait(900, "closed", Delay.THREAD_CLOSED), [False, True]),
        (Gone("the bot was removed from the group"), [True, True]),
        (Refused("no such thread", Refusal.NO_THREAD), [False, True]),
    ],
)
def test_limits_and_removal_are_of_the_chat_and_closing_of_the_thread(
    outcome: Outcome, waits: list[bool]
) -> None:
    room = open_newsroom()
    rows = threads(room)
    to = next(
        one for one in outbox.due(room.db, room.at) if one.delivery.chat == rows[1]
    )
    outbox.begin(room.db, {to.delivery.id: ({"method": "sendMessage"}, "f")}, room.at)
    assert (
        settling.write_down(
            room.db, [(to, after_send(outcome, to.delivery, room.at))], room.at
        )
        == []
    )
    room.later(seconds=1)
    due = {one.delivery.chat for one in outbox.due(room.db, room.at)}
    assert [row not in due for row in rows] == waits
    pauses.resume(room.db, rows[1])
    assert all(
        one is None or one.not_before is None
        for one in (chats.get(room.db, row) for row in rows)
    )
