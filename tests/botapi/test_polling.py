"""The loop that fetches updates: nothing lost, nothing done twice, and loud where it can't go on."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import Update
from telegram.error import NetworkError

from bot.botapi import inbox as inboxes
from bot.botapi import polling as loop
from bot.botapi import redaction
from bot.botapi.client import build
from bot.botapi.inbox import Inbox
from bot.botapi.polling import ALLOWED, Polling
from bot.errors import SecondPoller, StoreError, TokenRevoked
from bot.rendering import topic_replies
from bot.sandbox import faults
from bot.sandbox.records import Person
from bot.store import chats, follows
from bot.store import updates as store
from bot.store.database import number
from tests.support.chatting import NOON, Bot
from tests.support.operating import PATIENCE


@pytest.fixture
async def rea(bot: Bot) -> Person:
    return bot.sandbox.world.add_person("Rea")


class Clock:
    """Time that jumps whenever somebody pauses."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at

    async def pause(self, stop: asyncio.Event, seconds: float) -> None:
        self.at += seconds
        self.pauses = [*getattr(self, "pauses", []), seconds]
        await asyncio.sleep(0)


def polling(bot: Bot, handler: Any) -> Polling:
    """Return the loop with a handler of one's own."""
    return Polling(
        bot.messenger,
        Inbox(bot.store, handler, bot.messenger.wire, bot.context.clock),
        time.monotonic,
    )


class Running:
    """The loop in the background."""

    def __init__(self, polling: Polling) -> None:
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(polling.run(self.stop))

    async def __aenter__(self) -> Running:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, PATIENCE)


async def test_a_poll_that_begins_is_a_sign_of_life() -> None:
    """The pause before it and a quiet poll are longer together than the watchdog waits."""
    clock, stop, silent = Clock(), asyncio.Event(), []

    class Line:
        async def ask(self, *_: object) -> list[Any]:
            silent.append(clock.at - (polls.moved or 0.0))
            if len(silent) < 8:
                raise NetworkError("down")
            return []

    messenger: Any = SimpleNamespace(wire=Line())
    nothing: Any = None
    polls = Polling(messenger, nothing, clock, pause=clock.pause)
    assert await polls._poll_patiently(stop, 25) == []
    assert clock.at > 60
    assert silent == [0.0] * 8


async def test_updates_that_nobody_takes_any_more_are_left_to_the_next_run(
    bot: Bot, rea: Person
) -> None:
    async def handler(update: Update) -> None:
        pytest.fail(f"update {update.update_id} was handled")

    ended = polling(bot, handler)
    await ended.inbox.close()
    await bot.sandbox.say(rea, "/topic AI")
    assert await asyncio.wait_for(ended.drain(), PATIENCE) == 0
    assert len(bot.sandbox.updates.waiting) == 1


async def test_a_redelivered_command_is_answered_again_and_has_one_effect(
    bot: Bot, rea: Person
) -> None:
    await bot.sandbox.say(rea, "/topic AI")
    (update,) = (one.wire() for one in bot.sandbox.updates.waiting)
    await bot.answers()
    await bot.again(update)
    first, second = [one for one in bot.sandbox.messages(rea) if bot.is_mine(one)]
    assert first.text == second.text
    assert "You now follow AI" in second.text
    assert await bot.store(follows.count) == 1


async def test_a_redelivered_republish_makes_no_second_edition(bot: Bot) -> None:
    await bot.channel()
    await bot.article("Newer moon", "Space")
    await bot.sandbox.say(bot.editor, "/republish last")
    (update,) = (one.wire() for one in bot.sandbox.updates.waiting)
    await bot.answers()
    await bot.again(update)
    first, second = [
        one for one in bot.sandbox.messages(bot.editor) if bot.is_mine(one)
    ]
    assert first.text == second.text
    assert await bot.store(number, "SELECT count(*) FROM deliveries") == 1


async def test_a_redelivered_toggle_does_not_toggle_back(bot: Bot, rea: Person) -> None:
    (keyboard,) = await bot.ask(rea, "/topic")
    await bot.sandbox.tap(rea, keyboard, "Space")
    (update,) = (one.wire() for one in bot.sandbox.updates.waiting)
    await bot.answers()
    await bot.again(update)
    assert await bot.topics_of(rea) == ["Space"]


async def test_an_update_is_confirmed_only_after_it_was_handled(
    bot: Bot, rea: Person
) -> None:
    seen: list[int] = []

    async def handler(update: Update) -> None:
        seen.append(len(bot.sandbox.updates.waiting))

    await bot.sandbox.say(rea, "/help")
    await polling(bot, handler).drain()
    assert seen == [1]
    assert not bot.sandbox.updates.waiting


async def test_what_was_handled_is_confirmed_at_the_end(bot: Bot, rea: Person) -> None:
    async with Running(bot.polling) as running:
        await bot.sandbox.say(rea, "/help")
        await bot.sandbox.wait_for(lambda: bot.sandbox.calls.of("sendMessage"))
        running.stop.set()
    assert not bot.sandbox.updates.waiting


async def test_stop_ends_a_long_poll_at_once(bot: Bot) -> None:
    async with Running(bot.polling):
        while not bot.sandbox.calls.of("getUpdates"):
            await asyncio.sleep(0.01)


async def test_a_poll_names_what_it_wants_and_deletes_a_webhook(bot: Bot) -> None:
    await bot.messenger.ask("setWebhook", {"url": "http://127.0.0.1:9/hook"})
    await bot.answers()
    (poll,) = bot.sandbox.calls.of("getUpdates")
    assert poll.params["allowed_updates"] == list(ALLOWED)


async def test_a_webhook_set_meanwhile_is_deleted_once(bot: Bot, rea: Person) -> None:
    clock = Clock()
    polling = Polling(bot.messenger, bot.polling.inbox, clock, pause=clock.pause)
    await bot.sandbox.say(rea, "/help")
    bot.sandbox.fail(
        "getUpdates",
        faults.refused(
            409, "Conflict: can't use getUpdates method while webhook is active"
        ),
    )
    assert await polling.drain() == 1
    assert len(bot.sandbox.calls.of("deleteWebhook")) == 2


async def test_updates_of_one_chat_are_handled_in_order_and_of_others_meanwhile(
    bot: Bot,
) -> None:
    ann, ben = bot.sandbox.world.add_person("Ann"), bot.sandbox.world.add_person("Ben")
    done: list[tuple[str, str]] = []
    may_go_on = asyncio.Event()

    async def handler(update: Update) -> None:
        message = update.message
        assert message is not None
        assert message.from_user is not None
        if message.text == "1":
            await may_go_on.wait()
        done.append((message.from_user.first_name, message.text or ""))
        if message.from_user.first_name == "Ben":
            may_go_on.set()

    for person, text in ((ann, "1"), (ann, "2"), (ben, "3")):
        await bot.sandbox.say(person, text)
    await asyncio.wait_for(polling(bot, handler).drain(), PATIENCE)
    assert done == [("Ben", "3"), ("Ann", "1"), ("Ann", "2")]


async def test_a_failing_handler_is_logged_and_apologised_for_and_stops_nothing(
    bot: Bot,
    rea: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"no route to /bot{bot.sandbox.token}/sendMessage")

    monkeypatch.setattr(topic_replies, "topic_list", broken)
    assert "something went wrong" in await bot.told(rea, "/topics")
    assert "I can do" in await bot.told(rea, "/help")
    assert "no route to" in caplog.text
    assert bot.sandbox.token not in caplog.text


async def test_an_update_the_library_cannot_read_is_left_out(
    bot: Bot, rea: Person, caplog: pytest.LogCaptureFixture
) -> None:
    bot.sandbox.updates.put("message", {"message_id": "?", "chat": 5})
    await bot.sandbox.say(rea, "/help")
    assert await bot.answers() == 2
    assert len(bot.sandbox.calls.of("sendMessage")) == 1
    assert "can't be read" in caplog.text


@pytest.mark.parametrize(("code", "text"), [(401, "Unauthorized"), (404, "Not Found")])
@pytest.mark.parametrize("method", ["getUpdates", "deleteWebhook"])
async def test_a_revoked_token_ends_the_loop(
    bot: Bot, method: str, code: int, text: str
) -> None:
    bot.sandbox.fail(method, faults.refused(code, text))
    with pytest.raises(TokenRevoked):
        await bot.polling.run(asyncio.Event())


async def test_a_token_revoked_while_answering_ends_the_loop(
    bot: Bot, rea: Person
) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(401, "Unauthorized"))
    await bot.sandbox.say(rea, "/help")
    with pytest.raises(TokenRevoked):
        await bot.polling.run(asyncio.Event())
    bot.sandbox.faults.clear()
    bot.with_context()  # another process
    await bot.answers()
    assert len([one for one in bot.sandbox.messages(rea) if bot.is_mine(one)]) == 1


async def test_a_second_poller_for_a_minute_ends_the_loop(bot: Bot) -> None:
    clock = Clock()
    polling = Polling(bot.messenger, bot.polling.inbox, clock, pause=clock.pause)
    bot.sandbox.fail(
        "getUpdates",
        faults.refused(409, "Conflict: terminated by other getUpdates request"),
        times=None,
    )
    with pytest.raises(SecondPoller):
        await polling.run(asyncio.Event())
    assert clock.at >= 60


async def test_a_second_poller_that_leaves_is_forgiven(bot: Bot, rea: Person) -> None:
    clock = Clock()
    polling = Polling(bot.messenger, bot.polling.inbox, clock, pause=clock.pause)
    bot.sandbox.fail(
        "getUpdates",
        faults.refused(409, "Conflict: terminated by other getUpdates request"),
        times=4,
    )
    await bot.sandbox.say(rea, "/help")
    assert await polling.drain() == 1


async def test_the_network_is_tried_again_with_growing_pauses(
    bot: Bot, rea: Person
) -> None:
    clock = Clock()
    polling = Polling(bot.messenger, bot.polling.inbox, clock, pause=clock.pause)
    bot.sandbox.fail("getUpdates", faults.cut_before(), times=7)
    await bot.sandbox.say(rea, "/help")
    assert polling.last_success is None
    assert await polling.drain() == 1
    assert clock.pauses == [1, 2, 4, 8, 16, 30, 30]
    assert polling.last_success == clock.at


async def test_a_flood_is_waited_out(bot: Bot) -> None:
    clock = Clock()
    polling = Polling(bot.messenger, bot.polling.inbox, clock, pause=clock.pause)
    bot.sandbox.fail("getUpdates", faults.retry_after(17))
    await polling.drain()
    assert clock.pauses[0] == 17


async def test_an_answer_that_telegram_slows_comes_a_little_later(
    bot: Bot, rea: Person
) -> None:
    bot.sandbox.fail("sendMessage", faults.retry_after(1))
    assert "I can do" in await bot.told(rea, "/help")
    assert bot.spent == [rea.id, rea.id]


async def test_an_answer_that_is_refused_goes_out_plain(bot: Bot, rea: Person) -> None:
    bot.sandbox.fail(
        "sendMessage",
        faults.refused(400, "Bad Request: can't parse entities: Unclosed start tag"),
    )
    (answer,) = await bot.ask(rea, "/help")
    assert "/topic name" in answer.text
    assert not [one for one in answer.entities if one["type"] == "bold"]


async def test_a_tap_is_answered_even_when_its_work_fails(
    bot: Bot, rea: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    (answer,) = await bot.ask(rea, "/topic AI")

    def broken(*_: object) -> Any:
        raise RuntimeError

    monkeypatch.setattr(chats, "by_number", broken)
    await bot.sandbox.tap(rea, answer, "Undo")
    await bot.answers()
    assert len(bot.sandbox.callback_answers) == 1


# --- Side by side, and nothing lost -----------------------------------------------------------------------------------


def said(number: int, chat: int, text: str = "x") -> dict[str, Any]:
    """An update: somebody says something in a private chat."""
    who = {"id": chat, "is_bot": False, "first_name": "Ann"}
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": chat, "type": "private"},
        "from": who,
        "text": text,
    }
    return {"update_id": number, "message": message}


async def test_a_chat_whose_answers_hang_holds_up_nobody(bot: Bot, rea: Person) -> None:
    other = bot.sandbox.world.add_person("Ben")
    bot.sandbox.fail("sendMessage", faults.slow(30), chat=rea, times=None)
    async with Running(bot.polling) as running:
        for _ in range(4):
            await bot.sandbox.say(rea, "/help")
        for number in range(3):
            await bot.sandbox.say(other, "/help")
            await bot.sandbox.wait_for(
                lambda number=number: (
                    len(list(filter(bot.is_mine, bot.sandbox.messages(other)))) > number
                )
            )
        await bot.sandbox.say(
            rea, "/topic AI"
        )  # nor does what the chat itself asks for
        async with asyncio.timeout(PATIENCE):
            while bot.sandbox.updates.waiting or await bot.topics_of(rea) != ["AI"]:
                await asyncio.sleep(0.01)
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        running.task = asyncio.create_task(asyncio.sleep(0))


async def test_what_a_killed_process_was_at_is_done_by_the_next_and_once(
    bot: Bot, rea: Person
) -> None:
    await bot.sandbox.say(rea, "/topic AI")
    (update,) = (one.wire() for one in bot.sandbox.updates.waiting)
    hangs = asyncio.Event()

    async def handler(update: Update) -> None:
        await bot.polling.inbox._queues._handler(update)
        await hangs.wait()

    killed = polling(bot, handler).inbox
    await killed.take([update])
    while not await bot.topics_of(rea):
        await asyncio.sleep(0)
    await killed.close()
    await bot.again(update)
    assert await bot.store(follows.count) == 1
    assert await bot.store(number, "SELECT count(*) FROM inbox") == 0
    assert len([one for one in bot.sandbox.messages(rea) if bot.is_mine(one)]) >= 1


async def test_an_update_that_comes_twice_at_once_is_handled_once(bot: Bot) -> None:
    handled: list[int] = []

    async def handler(update: Update) -> None:
        handled.append(update.update_id)

    inbox = polling(bot, handler).inbox
    await asyncio.gather(*(inbox.take([said(7, 7)]) for _ in range(3)))
    await inbox.idle()
    assert handled == [7]


async def test_what_an_earlier_process_left_comes_before_what_is_new(bot: Bot) -> None:
    handled: list[int] = []

    async def handler(update: Update) -> None:
        handled.append(update.update_id)

    await bot.store(
        store.receive, [(one, json.dumps(said(one, 7))) for one in (5, 6)], NOON
    )
    inbox = polling(bot, handler).inbox
    await inbox.take([said(6, 7), said(8, 7)])
    await inbox.idle()
    assert handled == [5, 6, 8]
    assert await bot.store(number, "SELECT count(*) FROM inbox") == 0


async def test_what_can_not_be_deleted_now_is_deleted_later(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, real = [True], store.handled

    def forget(*args: Any) -> None:
        if full and full.pop():
            raise StoreError("the disk is full")
        real(*args)

    async def handler(update: Update) -> None:
        return None

    monkeypatch.setattr(store, "handled", forget)
    inbox = polling(bot, handler).inbox
    for one in (1, 2):
        await inbox.take([said(one, 7)])
        await inbox.idle()
    assert await bot.store(number, "SELECT count(*) FROM inbox") == 0


async def test_only_so_many_updates_wait_in_memory(bot: Bot) -> None:
    hangs = asyncio.Event()

    async def handler(update: Update) -> None:
        await hangs.wait()

    inbox = polling(bot, handler).inbox
    await inbox.take([said(one, one) for one in range(1, inboxes.MOST + 1)])
    with pytest.raises(inboxes.Full):
        await inbox.take([said(inboxes.MOST + 1, 7)])
    waiting = asyncio.create_task(inbox.room(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    hangs.set()
    await asyncio.wait_for(waiting, PATIENCE)
    await inbox.idle()
    assert (inbox.waiting, inbox._queues._chats, inbox._queues._tasks) == (
        0,
        {},
        set(),
    )


async def test_an_update_that_can_not_be_stored_is_asked_for_again(
    bot: Bot,
    rea: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    full, real = [True, True], store.receive

    def receive(*args: Any) -> None:
        if full and full.pop():
            raise StoreError("the disk is full")
        real(*args)

    monkeypatch.setattr(store, "receive", receive)
    monkeypatch.setattr(loop, "_delay", lambda failures: 0.0)
    await bot.sandbox.say(rea, "/topic AI")
    await bot.answers() or await bot.answers() or await bot.answers()
    assert await bot.topics_of(rea) == ["AI"]
    assert caplog.text.count("can't be stored") == 1


# --- How often --------------------------------------------------------------------------------------------------------


async def test_a_chat_above_its_limit_is_still_heard_when_it_wants_less(
    bot: Bot, rea: Person
) -> None:
    bot.with_context(commands_per_minute=4)
    await bot.ask(rea, "/topic AI, Space")
    for _ in range(6):
        await bot.ask(rea, "/help")
    await bot.ask(rea, "/untopic AI")
    assert await bot.topics_of(rea) == ["Space"]
    assert await bot.ask(rea, "/topic AI") == []
    for _ in range(40):
        await bot.sandbox.say(rea, "/stop")
    await bot.answers()
    assert await bot.state_of(rea) == "stopped"
    assert len([one for one in bot.sandbox.messages(rea) if bot.is_mine(one)]) < 20
    await bot.ask(rea, "/start")
    assert await bot.state_of(rea) == "active"


async def test_a_tap_that_ends_a_follow_is_never_limited(bot: Bot, rea: Person) -> None:
    bot.with_context(commands_per_minute=2)
    await bot.ask(rea, "/topic AI")
    (keyboard,) = await bot.ask(rea, "/topic")
    await bot.tap(rea, keyboard, "✓ AI")
    assert await bot.topics_of(rea) == []
    assert "a lot at once" in await bot.tap(rea, bot.sandbox.messages(rea)[-1], "AI")
    assert await bot.topics_of(rea) == []


@pytest.mark.parametrize("odd", [",", " ", "a/b", "and ", "\u0301", '"', "电"])
@pytest.mark.parametrize(
    "command", ["/latest", "/topic", "/untopic", "/search", "/republish"]
)
async def test_odd_and_endless_words_cost_nothing(
    bot: Bot, rea: Person, command: str, odd: str
) -> None:
    """What is looked at is bounded, whatever comes; by the words that the handlers are given."""
    who = bot.editor if command == "/republish" else rea
    assert len(await bot.ask(who, f"{command} x{odd * 2_000}"[:4_096])) == 1


async def test_too_many_commands_are_answered_once_and_then_not_at_all(
    bot: Bot, rea: Person
) -> None:
    bot.with_context(commands_per_minute=3)
    other = bot.sandbox.world.add_person("Ben")
    for _ in range(3):
        assert "I can do" in await bot.told(rea, "/help")
    assert "60 seconds" in await bot.told(rea, "/topic AI")
    assert await bot.ask(rea, "/topic AI") == []
    assert await bot.topics_of(rea) == []
    assert "I can do" in await bot.told(other, "/help")
    bot.sandbox.advance(60)
    assert "You now follow AI" in await bot.told(rea, "/topic AI")


async def test_too_many_taps_are_answered_with_a_note(bot: Bot, rea: Person) -> None:
    bot.with_context(commands_per_minute=2)
    (keyboard,) = await bot.ask(rea, "/topic")
    await bot.tap(rea, keyboard, "AI")
    assert "a lot at once" in await bot.tap(rea, keyboard, "Space")
    assert await bot.topics_of(rea) == ["AI"]


# --- Secrets ----------------------------------------------------------------------------------------------------------


async def test_no_log_ever_holds_the_token(
    bot: Bot, rea: Person, caplog: pytest.LogCaptureFixture
) -> None:
    redaction.guard()
    for name in ("", "httpx", "httpcore", "telegram", "uvicorn.access", "bot"):
        caplog.set_level(logging.DEBUG, name)
    bot.sandbox.fail("sendMessage", faults.garbage())
    bot.sandbox.fail("getChat", faults.cut_after())
    bot.sandbox.fail("getMe", faults.refused(401, "Unauthorized"))
    await bot.ask(rea, "/help")
    await bot.messenger.get_chat(rea.id)
    await bot.messenger.get_me()
    logging.getLogger("anyone").error(
        "sent to %s",
        f"/bot{bot.sandbox.token}/getMe",
        exc_info=KeyError(bot.sandbox.token),
    )
    secret = bot.sandbox.token.partition(":")[2]
    assert "sendMessage" in caplog.text
    assert secret not in caplog.text
    assert not [record for record in caplog.records if secret in str(record.__dict__)]


@pytest.mark.parametrize(
    "around", ["{}", "https://h/bot{}/getMe", "bot{},", "'{}'", "x={}&y"]
)
def test_a_token_is_found_in_any_surroundings(around: str) -> None:
    token = "7123456789:AAbcdefghijklmnopqrstuvwxyz-_ABCDEF"
    assert "AAbcdef" not in redaction.redact(around.format(token))
    assert "AAbcdef" not in redaction.redact(around.format(token.replace(":", "%3A")))
    assert (
        redaction.redact("12:30 and 2026-11-22T12:00:00")
        == "12:30 and 2026-11-22T12:00:00"
    )


# --- The messenger ----------------------------------------------------------------------------------------------------


async def test_a_payload_goes_out_exactly_as_it_is(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/help")
    payload = {
        "method": "sendMessage",
        "text": "<b>Hello</b> & more",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "f:1"}]]},
        "disable_notification": True,
    }
    before = dict(payload)
    await bot.messenger.call(payload, chat_id=rea.id)
    sent = bot.sandbox.calls.of("sendMessage")[-1].params
    assert payload == before
    assert sent.pop("chat_id") == str(rea.id)
    assert sent == {
        key: value if key != "disable_notification" else "true"
        for key, value in payload.items()
        if key != "method"
    }


async def test_paid_broadcast_is_asked_for_where_it_can_be(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/help")
    paid = build(bot.sandbox.token, bot.sandbox.base_url, paid=True)
    for payload in (
        {"method": "sendMessage", "text": "1"},
        {"method": "sendMessage", "text": "2", "allow_paid_broadcast": False},
    ):
        await paid.call(payload, chat_id=rea.id)
    message = bot.sandbox.messages(rea)[-1].id
    await paid.call(
        {"method": "editMessageText", "text": "3"}, chat_id=rea.id, message=message
    )
    await paid.close()
    sent = (
        bot.sandbox.calls.of("sendMessage")[-2:]
        + bot.sandbox.calls.of("editMessageText")[-1:]
    )
    assert [call.params.get("allow_paid_broadcast") for call in sent] == [
        "true",
        "false",
        None,
    ]


async def test_the_bots_rights_are_named_as_telegram_does(bot: Bot) -> None:
    channel = bot.sandbox.world.add_channel(
        "News", bot_rights=["can_post_messages", "can_edit_messages"]
    )
    rights = await bot.messenger.rights(channel.id)
    assert isinstance(rights, frozenset)
    assert {"administrator", "can_post_messages", "can_edit_messages"} <= rights
    assert "can_delete_messages" not in rights


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8081", "http://localhost:1", "http://[::1]:1"]
)
def test_a_proxy_is_never_asked_for_this_machine(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    near = build("7123456789:AAbcdefghijklmnopqrstuvwxyz-_ABCDEF", address)
    assert near.wire.request.proxy is None  # type: ignore[attr-defined]  # our Transport's
    far = build("7123456789:AAbcdefghijklmnopqrstuvwxyz-_ABCDEF", "http://bots.example")
    assert far.wire.request.proxy == "http://192.0.2.1:3128"  # type: ignore[attr-defined]  # as above


def _places(body: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to every value of an update."""
    if isinstance(body, dict):
        return [
            (*way, name, *rest)
            for name, value in body.items()
            for rest in [(), *_places(value)]
        ]
    return []


async def test_a_forged_update_is_one_line_of_the_log_and_counts_as_handled(
    bot: Bot, rea: Person, caplog: pytest.LogCaptureFixture
) -> None:
    chat = {"id": rea.id, "type": "private", "first_name": "Rea"}
    who = {"id": rea.id, "is_bot": False, "first_name": "Rea"}
    message = {
        "message_id": 5,
        "date": 1,
        "chat": chat,
        "from": who,
        "text": "/topic AI",
    }
    tap = {
        "id": "7",
        "from": who,
        "chat_instance": "1",
        "data": "t:abc:0",
        "message": message,
    }
    member = {
        "chat": chat,
        "from": who,
        "date": 1,
        "new_chat_member": {"status": "left", "user": who, "until_date": 0},
    }
    member["old_chat_member"] = {"status": "member", "user": who}
    number = 0
    for kind, good in {
        "message": message,
        "callback_query": tap,
        "my_chat_member": member,
    }.items():
        for way in _places(good):
            for odd in (5, 2**70, "x", []):
                number += 1
                body = json.loads(json.dumps({"update_id": number, kind: good}))
                place = body[kind]
                for name in way[:-1]:
                    place = place[name]
                place[way[-1]] = odd
                await bot.polling.inbox.take([body])
    await bot.polling.inbox.idle()
    assert number > 100
    assert bot.polling.inbox.waiting == 0
    assert [one for one in caplog.records if one.exc_info] == []
    assert "text of message is not text" in caplog.text
    assert "is out of range" in caplog.text
