"""Odd answers of Telegram, or of a proxy before it: none ends the run, and the next good one is understood."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.botapi.client import build
from bot.botapi.inbox import Inbox
from bot.botapi.polling import Polling
from bot.botapi.shapes import valid
from bot.botapi.transport import Transport
from bot.clock import Clock
from bot.domain.outcome import Sent, Unknown, Wait
from bot.domain.topics import Taxonomy
from bot.publish.channels import Channels
from bot.session import identification
from bot.settings import Channel
from bot.store.database import rows
from bot.store.thread import Store
from tests.support.chatting import NOON
from tests.support.operating import PATIENCE

TOKEN = "7123456789:AAbcdefghijklmnopqrstuvwxyz-_ABCDEF"
#: Results, as JSON, that no method gives.
RESULTS = (
    *(
        "null",
        "true",
        "false",
        "0",
        "-1",
        "7",
        "1.5",
        "NaN",
        "-Infinity",
        "1e400",
        '""',
        '"text"',
        "[]",
        "{}",
    ),
    *(
        "[[]]",
        "[null]",
        '[{"update_id": null}]',
        "[1, 2]",
        '[{}, {"update_id": "7"}]',
        '{"update_id": 7}',
    ),
    *(
        '[{"update_id": NaN}]',
        '[{"update_id": 1e400}]',
        '[{"update_id": 7.0}]',
        '[{"update_id": true}]',
    ),
    *(
        '[{"update_id": -7}]',
        '[{"update_id": 0}]',
        '[{"update_id": 99999999999999999999}]',
        '[{"update_id": [7]}]',
    ),
    *(
        '{"id": "7", "username": 7}',
        '{"id": 7}',
        '{"username": null, "id": true}',
        '{"status": ["left"]}',
    ),
    *(
        '{"message_id": 0}',
        '{"message_id": -1}',
        '{"message_id": "7"}',
        '{"message_id": NaN}',
        '{"id": 7, "id": []}',
    ),
)
#: Whole answers that are not the Bot API's, with their status.
ANSWERS = [
    *((200, f'{{"ok": true, "result": {result}}}'.encode()) for result in RESULTS),
    *(
        (200, body)
        for body in (
            b"",
            b" ",
            b"null",
            b"[]",
            b"7",
            b'"ok"',
            b"NaN",
            b"{}",
            b'{"ok": true',
            b"\xff\xfe{",
        )
    ),
    *(
        (200, body)
        for body in (
            b'{"ok": 1, "result": []}',
            b'{"result": []}',
            b'{"ok": "true"}',
            b"[" * 99_999,
        )
    ),
    *(
        (200, body)
        for body in (
            b"<html>Sign in</html>",
            b'{"ok": false}',
            b'{"ok": true, "result": ' + b"9" * 5_000,
        )
    ),
    *(
        (code, b"<html>no</html>")
        for code in (204, 302, 400, 401, 403, 404, 407, 409, 429, 500, 502, 599, 999)
    ),
    *((code, b'{"error": "no such route"}') for code in (401, 404, 409, 429)),
    *((code, b"null") for code in (400, 401, 404, 502)),
    (
        429,
        b'{"ok": false, "error_code": 429, "description": "x", "parameters": {"retry_after": NaN}}',
    ),
    (
        429,
        b'{"ok": false, "error_code": 429, "description": "x", "parameters": {"retry_after": "soon"}}',
    ),
    (429, b'{"ok": false, "error_code": 429, "description": "x", "parameters": [9]}'),
    (
        400,
        b'{"ok": false, "error_code": 400, "description": "x", "parameters": {"migrate_to_chat_id": "-1"}}',
    ),
    (401, b'{"ok": false, "description": "no error code"}'),
    (404, b'{"ok": false, "error_code": 404, "description": null}'),
]


class Script:
    """What the bot is connected to: it gives the answers of a script, and then good ones for ever."""

    def __init__(self, good: dict[str, Any]) -> None:
        self.good = good
        self.odd: Iterator[tuple[int, bytes]] = iter(())
        self.asked: list[str] = []

    async def do_request(self, url: str, *_: object, **__: object) -> tuple[int, bytes]:
        self.asked.append(url.rpartition("/")[2])
        await asyncio.sleep(0)
        odd = next(self.odd, None)
        if odd is not None:
            return odd
        result = self.good[self.asked[-1]]
        return 200, json.dumps(
            {"ok": True, "result": result() if callable(result) else result}
        ).encode()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """A line with good answers for each method."""
    script = Script(
        {
            "getMe": {
                "id": 7_123_456_789,
                "is_bot": True,
                "first_name": "P",
                "username": "paperboy_bot",
            },
            "getChat": {"id": -1001, "type": "channel", "title": "News"},
            "getChatMember": {"status": "administrator", "can_post_messages": True},
            "sendMessage": {"message_id": 7},
            "setMyCommands": True,
            "deleteWebhook": True,
        }
    )
    monkeypatch.setattr(
        Transport,
        "do_request",
        lambda self, *args, **more: script.do_request(*args, **more),
    )
    return script


async def at_once(stop: asyncio.Event, seconds: float) -> None:
    """Pause for no time."""
    await asyncio.sleep(0)


async def test_whatever_getupdates_brings_the_next_good_answer_is_handled(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    """All of them one after another, in one run; the offset stays Telegram's."""
    caplog.set_level(logging.WARNING)
    store, handled, stop = Store(":memory:"), [], asyncio.Event()
    messenger = build(TOKEN, "https://api.telegram.org")

    async def handler(update: Any) -> None:
        handled.append(update.update_id)
        stop.set()

    inbox = Inbox(store, handler, messenger.wire, Clock.of(lambda: NOON))
    polling = Polling(messenger, inbox, lambda: 0.0, pause=at_once)
    polling._webhook_deleted = True
    never_empty = [one for one in ANSWERS if b'"result": []' not in one[1]]
    script.odd = iter([(200, b'{"ok": true, "result": true}'), *never_empty])
    script.good["getUpdates"] = [{"update_id": 41}]
    await asyncio.wait_for(polling.run(stop), PATIENCE)
    assert handled == [41]
    assert polling._offset == 42
    assert len([one for one in caplog.messages if "can't be fetched" in one]) <= 2
    assert "Traceback" not in caplog.text
    store.close()


@pytest.mark.parametrize("ask", ["account", "channels", "rights"])
async def test_whatever_an_answer_says_at_the_start_it_is_asked_again(
    script: Script, ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identification, "FIRST_TRY", 0.0)
    monkeypatch.setattr(identification, "LAST_TRY", 0.0)
    messenger, store = build(TOKEN, "https://api.telegram.org"), Store(":memory:")
    channels = Channels(store, [Channel(chat="@news")], Taxonomy(()))
    await channels.load()
    answers: Callable[[], Any] = {
        "account": lambda: identification.identify(messenger, asyncio.Event()),
        "channels": lambda: channels.resolve(messenger),
        "rights": lambda: messenger.rights(-1001),
    }[ask]
    if ask == "account":
        script.odd = iter(ANSWERS)
        assert await asyncio.wait_for(answers(), PATIENCE) == "paperboy_bot"
    else:
        for odd in ANSWERS:
            script.odd = iter([odd])
            await answers()
        assert await answers() in (
            {},
            frozenset(("administrator", "can_post_messages")),
        )
    store.close()


@pytest.mark.parametrize("method", ["sendMessage", "forwardMessage"])
async def test_a_message_counts_as_sent_only_by_an_answer_with_its_number(
    script: Script, method: str
) -> None:
    messenger = build(TOKEN, "https://api.telegram.org")
    for odd in ANSWERS:
        script.odd = iter([odd])
        came = await messenger.call({"method": method, "text": "x"}, chat_id=7)
        assert not isinstance(came, Sent), odd
        if odd[0] == 200:
            assert isinstance(came, Unknown), odd
        if isinstance(came, Wait):
            assert 0 <= came.seconds < 1e6, odd


@pytest.mark.parametrize(
    "method",
    [
        "setWebhook",
        "deleteWebhook",
        "setMyCommands",
        "answerCallbackQuery",
        "editMessageText",
    ],
)
async def test_no_answer_to_any_other_call_raises(script: Script, method: str) -> None:
    messenger = build(TOKEN, "https://api.telegram.org")
    for odd in ANSWERS:
        script.odd = iter([odd])
        await messenger.ask(method)


def test_a_good_update_among_odd_ones_is_taken_and_order_is_telegrams() -> None:
    found = [
        None,
        {"update_id": 9, "a": 1},
        {"update_id": "8"},
        {"update_id": 7},
        {"update_id": 7, "b": 2},
        5,
    ]
    assert valid(found) == [{"update_id": 7, "b": 2}, {"update_id": 9, "a": 1}]


async def test_a_proxy_that_brings_the_same_answer_again_has_it_handled_once(
    script: Script,
) -> None:
    store, handled, stop = Store(":memory:"), [], asyncio.Event()
    messenger = build(TOKEN, "https://api.telegram.org")

    async def handler(update: Any) -> None:
        handled.append(update.update_id)

    inbox = Inbox(store, handler, messenger.wire, Clock.of(lambda: NOON))
    polling = Polling(messenger, inbox, lambda: 0.0, pause=at_once, repeated=0.0)
    script.good["getUpdates"] = lambda: (
        stop.set() if script.asked.count("getUpdates") > 5 else [{"update_id": 41}]
    )
    await asyncio.wait_for(polling.run(stop), PATIENCE)
    assert handled == [41]
    assert await store(rows, "SELECT * FROM inbox") == []
    store.close()
