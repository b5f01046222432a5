"""The courier at work: whom it serves first, what it holds back, and how often it looks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.botapi.transport import Transport
from bot.errors import StoreError
from bot.publish import courier, in_flight, settling, work
from bot.sandbox import Limits, Person, Sandbox, faults
from bot.settings import Pace
from bot.store.thread import Store
from tests.support.operating import PATIENCE
from tests.support.outgoing import Outgoing, going
from tests.torture import fast


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often the store was visited, and for what."""
    counted: Counter[str] = Counter()
    real = Store.__call__

    async def call(
        store: Store, work: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        counted[f"{work.__module__.rpartition('.')[2]}.{work.__name__}"] += 1
        return await real(store, work, *args, **kwargs)

    monkeypatch.setattr(Store, "__call__", call)
    yield counted


# --- where a post's links stand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("buttons", "ending"),
    [("text", "\n\nRead the article · Follow AI"), ("none", "#AI")],
)
async def test_a_channel_that_wants_comments_gets_posts_and_edits_without_a_keyboard(
    buttons: str, ending: str
) -> None:
    async with Sandbox() as sandbox:
        editor, reader = (
            sandbox.world.add_person("Eddie"),
            sandbox.world.add_person("Ann"),
        )
        sandbox.world.open_private(reader)
        async with going(sandbox, editor, buttons=buttons) as publisher:
            await publisher.follower(reader)
            await publisher.record(topics=("AI",))
            await publisher.deliver()
            await publisher.record(title="What was said of it on the day after")
            await publisher.deliver(1)
            (post,), (own,) = publisher.posts(), publisher.posts(reader)
            assert post.text.startswith("What was said of it on the day after")
            assert post.text.endswith(ending)
            assert (
                [len(row) for row in post.buttons],
                [len(row) for row in own.buttons],
            ) == (
                [],
                [1],
            )


# --- how often it looks -----------------------------------------------------------------------------------------------


async def test_it_looks_at_the_outbox_no_more_than_once_for_each_delivery_or_so(
    publisher: Outgoing, visits: Counter[str]
) -> None:
    found = await publisher.readers(20)
    for number in range(10):
        await publisher.record(f"{number}.md", topics=("AI",))
    visits.clear()
    await publisher.telegram.courier.deliver(
        publisher.sandbox.clock() + timedelta(minutes=5)
    )
    assert [len(publisher.posts(reader)) for reader in found] == [10] * 20
    assert 0 < visits["work.due"] <= 2 * 210
    assert 0 < visits["settling.write_down"] <= 210
    assert visits["outbox.next_due"] <= 210


async def test_it_waits_for_what_is_due_later_without_looking(
    publisher: Outgoing, visits: Counter[str]
) -> None:
    publisher.sandbox.fail("sendMessage", faults.retry_after(1))
    await publisher.record()
    visits.clear()
    await publisher.telegram.courier.deliver(
        publisher.sandbox.clock() + timedelta(seconds=10)
    )
    assert len(publisher.posts()) == 1
    assert visits["outbox.next_due"] <= 6


async def test_it_returns_when_nothing_is_due_for_long(
    publisher: Outgoing, visits: Counter[str]
) -> None:
    publisher.sandbox.fail("sendMessage", faults.retry_after(900))
    await publisher.record()
    visits.clear()
    at = publisher.sandbox.clock()
    ready = await publisher.telegram.courier.deliver(at + timedelta(seconds=1))
    assert ready is not None
    assert ready >= at + timedelta(seconds=900)
    assert visits["outbox.next_due"] <= 3


async def test_with_every_place_taken_it_waits_for_an_answer(
    publisher: Outgoing, visits: Counter[str]
) -> None:
    """More chats wait than calls may be on their way, and Telegram takes its time."""
    found = await publisher.readers(in_flight.MOST_IN_FLIGHT + 5)
    publisher.sandbox.fail(
        "sendMessage", faults.slow_answer(0.3), times=in_flight.MOST_IN_FLIGHT
    )
    await publisher.record(topics=("AI",))
    visits.clear()
    await publisher.telegram.courier.deliver(
        publisher.sandbox.clock() + timedelta(minutes=1)
    )
    assert all(publisher.posts(reader) for reader in found)
    assert visits["outbox.next_due"] <= 2 * len(found)


# --- whom it serves ---------------------------------------------------------------------------------------------------


async def test_threads_of_one_forum_share_its_pace() -> None:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        forum = sandbox.world.add_group("News", supergroup=True, forum=True)
        threads = [sandbox.world.add_topic(forum, name).id for name in ("One", "Two")]
        pace = {"per_chat_seconds": 30}
        async with going(
            sandbox, editor, place=forum, threads=threads, pace=pace
        ) as publisher:
            await publisher.record()
            await publisher.deliver()
            assert len(publisher.made()) == 1
            await publisher.deliver(31)
            assert {call.params["message_thread_id"] for call in publisher.made()} == {
                str(one) for one in threads
            }


async def test_channels_are_served_before_readers() -> None:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        async with going(sandbox, editor, pace={"messages_per_second": 1}) as publisher:
            (ann,) = await publisher.readers(1)
            await publisher.record(topics=("AI",))
            await publisher.deliver()
            assert (len(publisher.posts()), len(publisher.posts(ann))) == (1, 0)
            await publisher.deliver(2)
            assert (len(publisher.posts()), len(publisher.posts(ann))) == (1, 1)


async def test_an_answer_that_comes_while_another_is_written_is_not_overlooked(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel's next turn is far away, so that nothing else would wake the courier."""
    (ann,) = await publisher.readers(1)
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(403, "Forbidden: bot is not a member"),
        chat=publisher.place,
    )
    publisher.sandbox.fail("sendMessage", faults.slow_answer(0.2), chat=ann)
    written = settling.write_down

    def slowly(*args: Any) -> Any:
        time.sleep(0.4)  # on the store's own thread
        return written(*args)

    monkeypatch.setattr(settling, "write_down", slowly)
    await publisher.record(topics=("AI",))
    async with asyncio.timeout(PATIENCE):
        await publisher.telegram.courier.deliver(
            publisher.sandbox.clock() + timedelta(seconds=5)
        )
    assert len(publisher.posts(ann)) == 1


async def test_a_slow_call_beyond_the_end_of_a_run_keeps_nobody_else_waiting(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram, sandbox = publisher.telegram, publisher.sandbox
    (ann,) = await publisher.readers(1)
    on_its_way, answered = asyncio.Event(), asyncio.Event()
    call = telegram.context.messenger.call

    async def slowly(payload: Any, *, chat_id: int, **more: Any) -> Any:
        if chat_id == publisher.place.id:
            on_its_way.set()
            await answered.wait()
        return await call(payload, chat_id=chat_id, **more)

    monkeypatch.setattr(telegram.context.messenger, "call", slowly)
    await publisher.record()
    async with asyncio.timeout(PATIENCE):
        until = sandbox.clock() + timedelta(seconds=1)
        run = asyncio.create_task(telegram.courier.deliver(until))
        await on_its_way.wait()
        sandbox.advance(courier.SLOW * 3)
        await publisher.record("b.md", topics=("AI",))
        telegram.courier.wake()
        await sandbox.wait_for(lambda: publisher.posts(ann))
        answered.set()
        await run
    assert [one["state"] for one in await publisher.rows()] == [
        "sent",
        "pending",
        "sent",
    ]


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (502, b"null", "doubtful"),
        (502, b'"Bad Gateway"', "doubtful"),
        (429, b"[]", "doubtful"),
        (400, b'{"ok": false, "description": 5}', "doubtful"),
        (
            429,
            b'{"ok": false, "parameters": {"retry_after": 1000000000000}}',
            "pending",
        ),
        (429, b'{"ok": false, "parameters": {"retry_after": "x"}}', "pending"),
        (200, b'{"ok": true, "result": {"message_id": "x"}}', "doubtful"),
        (200, b'{"ok": true, "result": {"message_id": 1e400}}', "doubtful"),
    ],
)
async def test_an_answer_of_an_odd_shape_concerns_no_other_delivery(
    publisher: Outgoing,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: bytes,
    state: str,
) -> None:
    found = await publisher.readers(3)
    real = Transport.do_request
    odd = iter([(status, body)])

    async def request(
        wire: Transport, url: str, *args: Any, **more: Any
    ) -> tuple[int, bytes]:
        answer = next(odd, None) if url.endswith("sendMessage") else None
        return answer or await real(wire, url, *args, **more)

    monkeypatch.setattr(Transport, "do_request", request)
    await publisher.record(topics=("AI",))
    await publisher.deliver()
    await publisher.record("b.md", topics=("AI",))
    await publisher.deliver(2)
    states = Counter(
        row["state"] for row in await publisher.rows("SELECT state FROM deliveries")
    )
    assert states["sent"] >= 6
    assert sum(states.values()) == 8
    assert set(states) <= {"sent", state, "pending"}
    assert (
        sum(len(publisher.posts(reader)) for reader in found) + len(publisher.posts())
        == states["sent"]
    )
    assert publisher.telegram.courier.delivering_since is None


async def test_a_call_that_breaks_is_in_doubt_and_concerns_no_other(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann, ben) = await publisher.readers(2)
    real = type(publisher.telegram.context.messenger).call

    async def call(messenger: Any, payload: Any, *, chat_id: int, **more: Any) -> Any:
        if chat_id == ann.id:
            raise ZeroDivisionError
        return await real(messenger, payload, chat_id=chat_id, **more)

    monkeypatch.setattr(type(publisher.telegram.context.messenger), "call", call)
    await publisher.record(topics=("AI",))
    await publisher.deliver()
    assert (
        len(publisher.posts()),
        len(publisher.posts(ann)),
        len(publisher.posts(ben)),
    ) == (
        1,
        0,
        1,
    )
    states = [
        row["state"]
        for row in await publisher.rows("SELECT state FROM deliveries ORDER BY state")
    ]
    assert states == ["doubtful", "sent", "sent"]


async def test_an_answer_is_written_once_though_its_run_is_cancelled_meanwhile(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, begun, end = settling.write_down, threading.Event(), threading.Event()

    def slowly(*args: Any) -> Any:
        begun.set()
        end.wait(20)
        return written(*args)

    monkeypatch.setattr(settling, "write_down", slowly)
    await publisher.record()
    run = asyncio.create_task(publisher.deliver())
    await asyncio.to_thread(begun.wait, 20)
    run.cancel()
    await asyncio.sleep(0)
    end.set()
    await asyncio.gather(run, return_exceptions=True)
    await publisher.deliver()
    (form,) = await publisher.rows("SELECT times FROM forms")
    assert form["times"] == 1


async def test_a_withdrawal_does_not_wait_for_all_followers() -> None:
    """Edits and sends take turns; the follower's post is one of many in line behind a slow pace."""
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        async with going(sandbox, editor, pace={"messages_per_second": 1}) as slow:
            await slow.record("old.md", title="One of yesterday", topics=("Space",))
            await slow.deliver()
            await slow.readers(20)
            await slow.record("new.md", title="One of today", topics=("AI",))
            await slow.record("old.md", removed=True)
            for _ in range(4):
                await slow.deliver(1)
            assert "One of yesterday" not in "".join(post.text for post in slow.posts())
            assert (
                len(await slow.rows("SELECT * FROM deliveries WHERE state = 'pending'"))
                > 10
            )


async def test_answers_that_could_not_be_written_are_written_when_the_disk_is_back(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent again for it, and no chat is left behind as if its call were still on its way."""
    found = await publisher.readers(12)
    await publisher.record("a.md", topics=("AI",))
    written = settling.write_down

    def full(*args: Any) -> Any:
        raise StoreError("database or disk is full")

    monkeypatch.setattr(settling, "write_down", full)
    with pytest.raises(StoreError):
        await publisher.telegram.courier.deliver(
            publisher.sandbox.clock() + timedelta(seconds=5)
        )
    assert await publisher.rows("SELECT * FROM deliveries WHERE state = 'sent'") == []
    monkeypatch.setattr(settling, "write_down", written)
    await publisher.telegram.courier.deliver(
        publisher.sandbox.clock() + timedelta(seconds=5)
    )
    assert [len(publisher.posts(reader)) for reader in found] == [1] * 12
    assert (
        len(
            await publisher.rows(
                "SELECT * FROM deliveries WHERE state = 'sent' AND message > 0"
            )
        )
        == 13
    )
    await publisher.record("b.md", topics=("AI",))
    await publisher.telegram.courier.deliver(
        publisher.sandbox.clock() + timedelta(seconds=5)
    )
    assert [len(publisher.posts(reader)) for reader in found] == [2] * 12


async def test_followers_are_planned_however_slowly_they_may_be_sent_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    monkeypatch.setattr(work, "CHUNKS", 1)
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        async with going(
            sandbox, editor, pace={"messages_per_second": 0.1}
        ) as publisher:
            await publisher.readers(9)
            await publisher.record(topics=("AI",))
            await publisher.telegram.courier.deliver(
                sandbox.clock() + timedelta(seconds=5)
            )
            assert (
                len(await publisher.rows("SELECT * FROM deliveries WHERE lane = 2"))
                == 9
            )


def test_a_burst_starves_no_command_and_breaks_no_limit() -> None:
    """Five hundred articles wait for a channel and four readers; one of them asks something, and is answered first.

    The shipped pace, Telegram's limits to the letter, and a clock twenty times as fast for both.
    """
    fast.run(_burst(), scale=20)


async def _burst() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, fast.Loop)
    async with Sandbox(clock=loop.clock) as sandbox:
        editor = sandbox.world.add_person("Eddie")
        async with going(sandbox, editor, pace=Pace().model_dump()) as publisher:
            found = await publisher.readers(4)
            limits = Limits()
            sandbox.limit(limits)
            for number in range(500):
                await publisher.record(f"{number}.md", topics=("AI",))
            delivering = asyncio.create_task(
                publisher.telegram.courier.deliver(loop.clock() + timedelta(days=1))
            )
            stop = asyncio.Event()
            polling = asyncio.create_task(publisher.telegram.polling.run(stop))
            for number, reader in enumerate(found[:3]):
                await sandbox.wait_for(
                    partial(has, publisher, reader, 5 * (number + 1)), 600
                )
                await sandbox.say(reader, "/topics")
                await sandbox.wait_for(partial(answered, publisher, reader), 60)
            publisher.telegram.courier.stop()
            stop.set()
            await asyncio.gather(delivering, polling)
            waiting = await publisher.rows(
                "SELECT * FROM deliveries WHERE state = 'pending'"
            )
            assert len(waiting) > 400  # the burst was far from its end
            # An answer waits for its chat's moment and then goes out, however long other calls take on a busy machine.
            refused = [
                one.params["text"]
                for one in sandbox.calls.of("sendMessage")
                if one.result is None
            ]
            assert [
                text for text in refused if not text.startswith("You follow AI")
            ] == []
            assert limits.violations == len(refused)


def has(publisher: Outgoing, reader: Person, posts: int) -> bool:
    return len(publisher.posts(reader)) >= posts


def answered(publisher: Outgoing, reader: Person) -> bool:
    return any(
        post.text.startswith("You follow AI") for post in publisher.posts(reader)
    )
