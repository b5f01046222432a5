"""How updates reach a bot: long polling, webhooks, and what is in them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.sandbox import Person, SandboxError
from bot.sandbox.wire import Listener, Wires, body, reply
from tests.support.calling import Caller, calling

DAY = 24 * 3600


@pytest.fixture
def ann(api: Caller) -> Person:
    return api.telegram.world.add_person("Ann", "ann")


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [key for update in updates for key in update if key != "update_id"]


async def polling(api: Caller) -> None:
    """Return once a poll has arrived; it rings no bell."""
    while not api.telegram.calls.of("getUpdates"):
        await asyncio.sleep(0.01)


async def test_a_poll_waits_for_the_first_update(api: Caller, ann: Person) -> None:
    poll = asyncio.create_task(api.ok("getUpdates", timeout=30))
    await polling(api)
    assert not poll.done()
    await api.telegram.say(ann, "/topic AI")
    (update,) = await poll
    message = update["message"]
    assert (message["text"], message["from"]["id"], message["chat"]["type"]) == (
        "/topic AI",
        ann.id,
        "private",
    )
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


async def test_an_update_comes_again_until_the_next_offset_confirms_it(
    api: Caller, ann: Person
) -> None:
    for text in ("one", "two", "three"):
        await api.telegram.say(ann, text)
    first = await api.ok("getUpdates", limit=2)
    assert await api.ok("getUpdates", limit=2) == first
    rest = await api.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["three"]
    await api.telegram.say(ann, "four")
    assert [
        update["message"]["text"] for update in await api.ok("getUpdates", offset=-1)
    ] == ["four"]
    assert len(api.telegram.updates.waiting) == 1


async def test_a_second_poll_ends_the_first_with_a_conflict(
    api: Caller, ann: Person
) -> None:
    first = asyncio.create_task(api.no("getUpdates", timeout=30))
    await polling(api)
    second = asyncio.create_task(api.ok("getUpdates", timeout=30))
    assert (await first).startswith("Conflict: terminated by other getUpdates request")
    await api.telegram.say(ann, "x")
    assert kinds(await second) == ["message"]


async def test_updates_are_forgotten_after_a_day(api: Caller, ann: Person) -> None:
    await api.telegram.say(ann, "old")
    api.telegram.advance(DAY)
    await api.telegram.say(ann, "new")
    assert [update["message"]["text"] for update in await api.ok("getUpdates")] == [
        "new"
    ]


async def test_only_the_kinds_asked_for_are_kept_from_then_on(
    api: Caller, ann: Person
) -> None:
    await api.ok("getUpdates", allowed_updates=["my_chat_member"])
    await api.telegram.say(ann, "x")
    await api.telegram.block(ann)
    await api.telegram.unblock(ann)
    updates = await api.ok("getUpdates")
    assert kinds(updates) == ["my_chat_member", "my_chat_member"]
    states = [
        update["my_chat_member"]["new_chat_member"]["status"] for update in updates
    ]
    assert states == ["kicked", "member"]


async def test_a_shutdown_ends_a_poll_at_once(ann: Person, api: Caller) -> None:
    async with calling() as other:
        poll = asyncio.create_task(other.raw("getUpdates", timeout=50))
        await polling(other)
        await asyncio.wait_for(other.telegram.__aexit__(None, None, None), 30)
        assert (await poll).json() == {"ok": True, "result": []}


async def test_a_tap_reaches_the_bot_and_its_answer_the_person(
    api: Caller, ann: Person
) -> None:
    channel = api.telegram.world.add_channel("Daily", "daily")
    link = f"https://t.me/{api.telegram.bot.username}?start=topic_AI"
    rows = [
        [{"text": "Follow", "callback_data": "f:1"}],
        [{"text": "Open", "url": link}, {"text": "W", "url": "x.org"}],
    ]
    await api.ok(
        "sendMessage",
        chat_id=channel.id,
        text="x",
        reply_markup={"inline_keyboard": rows},
    )
    post = api.telegram.messages(channel)[0]
    await api.telegram.tap(ann, post, "Follow")
    await api.telegram.tap(ann, post, (1, 0))
    assert await api.telegram.tap(ann, post, "W") == "http://x.org/"
    query, start = await api.ok("getUpdates")
    assert query["callback_query"]["data"] == "f:1"
    assert query["callback_query"]["message"]["message_id"] == post.id
    assert start["message"]["text"] == "/start topic_AI"
    number = query["callback_query"]["id"]
    await api.ok(
        "answerCallbackQuery",
        callback_query_id=number,
        text="Followed",
        show_alert=True,
    )
    (answer,) = api.telegram.callback_answers
    assert (answer.text, answer.show_alert, answer.tap.person) == (
        "Followed",
        True,
        ann,
    )
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.no("answerCallbackQuery", callback_query_id=number) == too_old
    await api.telegram.tap(ann, post, "Follow")
    api.telegram.advance(3600)
    late = (await api.ok("getUpdates"))[-1]["callback_query"]["id"]
    assert await api.no("answerCallbackQuery", callback_query_id=late) == too_old
    with pytest.raises(SandboxError, match="there are: 'Follow', 'Open', 'W'"):
        await api.telegram.tap(ann, post, "Unfollow")


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(
    api: Caller, ann: Person
) -> None:
    group = api.telegram.world.add_group("Readers", [ann])
    name = api.telegram.bot.username
    question = await api.ok("sendMessage", chat_id=group.id, text="?")
    for text in (
        "hello",
        "/topic AI",
        f"/topic@{name} AI",
        "/topic@other_bot AI",
        f"hey @{name}",
        "hello /topic",
    ):
        await api.telegram.say(ann, text, group)
    asked = api.telegram.messages(group)[0]
    assert asked.id == question["message_id"]
    await api.telegram.say(ann, "answer", group, reply_to=asked)
    heard = [update["message"]["text"] for update in await api.ok("getUpdates")]
    assert heard == ["/topic AI", f"/topic@{name} AI", f"hey @{name}", "answer"]
    await api.telegram.add_bot(group, {"can_delete_messages"})
    await api.telegram.say(ann, "all of it", group)
    assert (await api.ok("getUpdates"))[-1]["message"]["text"] == "all of it"


async def test_the_bot_sees_others_posts_in_its_channel_but_not_its_own(
    api: Caller, ann: Person
) -> None:
    world = api.telegram.world
    channel = world.add_channel("Daily", owner=ann)
    elsewhere = world.add_channel("Elsewhere", bot_rights=None, owner=ann)
    await api.ok("sendMessage", chat_id=channel.id, text="mine")
    world.post_as(ann, channel, "hers")
    await api.telegram.say(ann, "unheard", elsewhere)
    (update,) = await api.ok("getUpdates")
    assert (update["channel_post"]["text"], update["channel_post"]["message_id"]) == (
        "hers",
        2,
    )


async def test_coming_and_going_is_told(api: Caller, ann: Person) -> None:
    group = api.telegram.world.add_group("Readers", admins=[ann], bot=None)
    await api.telegram.add_bot(group)
    await api.telegram.remove_bot(group)
    updates = await api.ok("getUpdates")
    assert kinds(updates) == ["my_chat_member", "message", "my_chat_member"]
    assert updates[1]["message"]["new_chat_members"][0]["id"] == api.telegram.bot.id
    assert updates[2]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


@asynccontextmanager
async def hook(
    statuses: list[int],
) -> AsyncIterator[tuple[str, list[tuple[dict[str, str], Any]]]]:
    """A bot's own server: answers with these statuses, then 200; keeps what it was brought."""
    brought: list[tuple[dict[str, str], Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        content = await body(receive)
        status = statuses.pop(0) if statuses else 200
        if status == 200:
            brought.append((headers, json.loads(content)))
        await reply(send, status, b"{}")

    listener = Listener(app, Wires(), 0)
    await listener.open()
    yield f"http://127.0.0.1:{listener.port}/hook", brought
    await listener.close()


async def test_a_webhook_is_brought_every_update_with_the_secret(
    api: Caller, ann: Person
) -> None:
    async with hook([500]) as (url, brought):
        await api.telegram.say(ann, "waiting")
        await api.ok("setWebhook", url=url, secret_token="s3cret")
        await api.telegram.say(ann, "after")
        await api.telegram.wait_for(lambda: not api.telegram.updates.waiting)
        assert [update["message"]["text"] for _, update in brought] == [
            "waiting",
            "after",
        ]
        assert brought[0][0]["x-telegram-bot-api-secret-token"] == "s3cret"
        info = await api.ok("getWebhookInfo")
        assert (info["url"], info["pending_update_count"]) == (url, 0)
        assert (
            info["last_error_message"]
            == "Wrong response from the webhook: 500 Internal Server Error"
        )
        assert (await api.no("getUpdates")).startswith(
            "Conflict: can't use getUpdates method while webhook is active"
        )
        await api.ok("deleteWebhook", drop_pending_updates=True)
        assert await api.ok("getUpdates") == []


async def test_setting_a_webhook_ends_a_poll(api: Caller) -> None:
    poll = asyncio.create_task(api.no("getUpdates", timeout=30))
    await polling(api)
    async with hook([]) as (url, _):
        await api.ok("setWebhook", url=url)
        assert await poll == "Conflict: terminated by setWebhook request"
        await api.ok("setWebhook", url="")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (
            {"url": "http://example.org/"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            {"url": "https://example.org/"},
            "bad webhook: the sandbox calls this machine only (127.0.0.1)",
        ),
        (
            {"url": "http://127.0.0.1:1/", "secret_token": "x" * 257},
            "secret token is too long",
        ),
        (
            {"url": "http://127.0.0.1:1/", "secret_token": "ä"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_a_webhook_beyond_the_rules_is_refused(
    api: Caller, asked: dict[str, str], reason: str
) -> None:
    assert await api.no("setWebhook", **asked) == f"Bad Request: {reason}"


async def test_a_webhook_nobody_answers_is_told_and_stops_with_the_sandbox(
    api: Caller, ann: Person
) -> None:
    await api.telegram.say(ann, "x")
    await api.ok("setWebhook", url="http://127.0.0.1:1/")
    info = api.telegram.world.webhook.info
    await api.telegram.wait_for(
        lambda: info().get("last_error_message") == "Connection refused"
    )
    assert len(api.telegram.updates.waiting) == 1
