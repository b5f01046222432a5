"""/sim/: what the page sees and steers, in one process and from another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox import Sandbox, SandboxError
from tests.support.calling import Caller, calling
from tests.support.operating import PATIENCE


@pytest.fixture
async def bot() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


async def post(bot: Caller, what: str, /, **told: Any) -> Any:
    answer = await bot.client.post(f"/sim/{what}", json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def state(bot: Caller, query: str = "") -> Any:
    return (await bot.client.get(f"/sim/state{query}")).json()


@asynccontextmanager
async def listening(bot: Caller) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The event stream, once it is open."""
    async with bot.client.stream("GET", "/sim/events", timeout=PATIENCE) as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await bot.telegram.wait_for(lambda: bot.telegram.events.heard)

        async def events() -> AsyncIterator[tuple[str, Any]]:
            name = ""
            async for line in lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))

        yield events()


async def test_the_state_shows_people_chats_and_messages(bot: Caller) -> None:
    ann = await post(bot, "people", name="Ann", username="ann")
    channel = await post(bot, "channels", title="Daily", username="daily")
    group = await post(bot, "groups", title="Readers", admins=[ann["id"]], forum=True)
    await post(bot, "send", **{"as": ann["id"], "chat": None, "text": "/topic AI"})
    await bot.ok("sendMessage", chat_id=channel["id"], text="one")
    await bot.ok("sendMessage", chat_id=channel["id"], text="two")
    await bot.ok("editMessageText", chat_id=channel["id"], message_id=1, text="uno")
    await bot.ok("deleteMessage", chat_id=channel["id"], message_id=2)
    seen = await state(bot)
    assert seen["bot"]["username"] == bot.telegram.bot.username
    assert [person["name"] for person in seen["people"]] == ["Ann"]
    kinds = {chat["id"]: chat["type"] for chat in seen["chats"]}
    assert kinds == {channel["id"]: "channel", group["id"]: "supergroup", ann["id"]: "private"}
    assert {chat["id"]: chat["person"] for chat in seen["chats"]}[ann["id"]] == ann["id"]
    first, second = seen["messages"][str(channel["id"])]
    assert (first["text"], [past["text"] for past in first["history"]], second["deleted"]) == ("uno", ["one"], True)
    (said,) = seen["messages"][str(ann["id"])]
    assert (said["from"]["id"], said["from"]["is_bot"], said["entities"][0]["type"]) == (
        ann["id"],
        False,
        "bot_command",
    )
    assert len((await state(bot, "?limit=1"))["messages"][str(channel["id"])]) == 1


async def test_every_change_is_told_as_it_happens(bot: Caller) -> None:
    ann = await post(bot, "people", name="Ann")
    channel = await post(bot, "channels", title="Daily")
    async with listening(bot) as events:
        keys = {"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]}
        await bot.ok("sendMessage", chat_id=channel["id"], text="one", reply_markup=keys)
        tapped = await post(bot, "tap", **{"as": ann["id"], "chat": channel["id"], "message": 1, "row": 0, "column": 0})
        await bot.ok("answerCallbackQuery", callback_query_id=tapped["callback"], text="ok")
        await bot.ok("editMessageText", chat_id=channel["id"], message_id=1, text="two")
        await bot.ok("deleteMessage", chat_id=channel["id"], message_id=1)
        await bot.ok("setMyCommands", commands=[{"command": "topic", "description": "d"}])
        await post(bot, "start", **{"as": ann["id"], "payload": "AI"})
        await bot.ok("sendChatAction", chat_id=ann["id"], action="typing")
        bot.telegram.publish("folder", {"left": 3})
        told = [await anext(events) for _ in range(9)]
    names = ["message", "callback_answer", "edited", "deleted", "commands", "chat", "message", "typing", "folder"]
    assert [name for name, _ in told] == names
    answer = told[1][1]
    assert (answer["text"], answer["person"], answer["chat"]) == ("ok", ann["id"], channel["id"])
    assert told[3][1] == {"chat": channel["id"], "id": 1}
    assert told[4][1] == {"default": [{"command": "topic", "description": "d"}]}
    assert told[6][1]["text"] == "/start AI"


async def test_a_link_to_the_bot_starts_it_and_another_is_only_told(bot: Caller) -> None:
    ann = await post(bot, "people", name="Ann")
    channel = await post(bot, "channels", title="Daily")
    rows = [
        [{"text": "a", "url": f"https://t.me/{bot.telegram.bot.username}?start=AI"}, {"text": "b", "url": "http://x.y"}]
    ]
    await bot.ok("sendMessage", chat_id=channel["id"], text="one", reply_markup={"inline_keyboard": rows})
    at = {"as": ann["id"], "chat": channel["id"], "message": 1, "row": 0}
    assert (await post(bot, "tap", column=0, **at))["message"]["text"] == "/start AI"
    assert await post(bot, "tap", column=1, **at) == {"url": "http://x.y/"}


async def test_what_a_person_cannot_do_is_said_in_words(bot: Caller) -> None:
    ann = await post(bot, "people", name="Ann")
    await post(bot, "block", **{"as": ann["id"]})
    answer = await bot.client.post("/sim/send", json={"as": ann["id"], "chat": ann["id"], "text": "x"})
    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "Ann has blocked the bot; they have to unblock it before they can write.",
    )
    await post(bot, "unblock", **{"as": ann["id"]})
    await post(bot, "send", **{"as": ann["id"], "chat": ann["id"], "text": "x"})
    for wrong in ({"as": 5, "text": "x"}, {"as": ann["id"], "chat": 77, "text": "x"}):
        assert (await bot.client.post("/sim/send", json=wrong)).status_code == 409
    for wrong in ({}, [], None, {"as": "x"}):
        assert (await bot.client.post("/sim/send", json=wrong)).status_code == 400


async def test_another_site_may_not_steer(bot: Caller) -> None:
    answer = await bot.client.post("/sim/people", json={"name": "Eve"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    answer = await bot.client.delete("/sim/faults", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await state(bot))["people"] == []
    await bot.client.post("/sim/people", json={"name": "Ann"}, headers={"Origin": bot.telegram.base_url})
    assert len((await state(bot))["people"]) == 1


async def test_faults_rights_and_time_are_steered_from_outside(bot: Caller) -> None:
    channel = await post(bot, "channels", title="Daily")
    await post(bot, "fault", method="sendMessage", kind="retry_after", retry_after=3)
    assert "retry after 3" in await bot.no("sendMessage", chat_id=channel["id"], text="x")
    await post(bot, "fault", kind="refuse", code=403, description="Forbidden: no", times=None)
    assert await bot.no("sendMessage", chat_id=channel["id"], text="x") == "Forbidden: no"
    await bot.client.delete("/sim/faults")
    await bot.ok("sendMessage", chat_id=channel["id"], text="x")
    await post(bot, "rights", chat=channel["id"], status="kicked")
    assert "kicked" in await bot.no("sendMessage", chat_id=channel["id"], text="x")
    now = (await state(bot))["now"]
    assert await post(bot, "clock", advance=60) == {"now": now + 60}
    answer = await bot.client.post("/sim/fault", json={"kind": "meteor"})
    assert (answer.status_code, answer.json()["error"][:26]) == (409, "There is no fault 'meteor'")


async def test_the_journal_tells_every_call_but_not_the_token(bot: Caller) -> None:
    channel = await post(bot, "channels", title="Daily")
    await bot.ok("sendMessage", chat_id=channel["id"], text="x")
    await bot.ok("getMe")
    answer = await bot.client.get("/sim/calls?method=sendmessage")
    (call,) = answer.json()
    assert (call["method"], call["params"]["text"], call["answer"]["result"]["message_id"]) == ("sendMessage", "x", 1)
    everything = (await bot.client.get("/sim/calls")).text
    assert bot.telegram.token not in everything
    assert [call["method"] for call in json.loads(everything)] == ["sendMessage", "getMe"]


async def test_the_page_and_what_is_added_to_it_are_served() -> None:
    async def extra(_request: object) -> PlainTextResponse:
        return PlainTextResponse("extra")

    async with calling(extras=[Route("/extra", extra)]) as caller:
        assert (await caller.client.get("/extra")).text == "extra"
        assert "<html" in (await caller.client.get("/")).text
        assert (await caller.client.get("/nothing")).status_code == 404


async def test_an_open_stream_does_not_hold_up_a_shutdown() -> None:
    async with calling() as caller:
        stream = asyncio.create_task(caller.client.get("/sim/events"))
        await caller.telegram.wait_for(lambda: caller.telegram.events.heard)
        await asyncio.wait_for(caller.telegram.__aexit__(None, None, None), PATIENCE)
        assert (await stream).status_code == 200


async def test_a_taken_port_is_said_in_words(bot: Caller) -> None:
    with pytest.raises(SandboxError, match=f"Port {bot.telegram.port} can't be used"):
        async with Sandbox(port=bot.telegram.port):
            raise AssertionError("it must not start")


async def test_waiting_ends_with_the_change_or_with_time(bot: Caller) -> None:
    channel = bot.telegram.world.add_channel("Daily")
    waiting = asyncio.create_task(bot.telegram.wait_for(lambda: bot.telegram.messages(channel)))
    await bot.ok("sendMessage", chat_id=channel.id, text="x")
    assert [message.text for message in await waiting] == ["x"]
    with pytest.raises(TimeoutError):
        await bot.telegram.wait_for(lambda: False, timeout=0.05)


async def test_settled_waits_until_the_bot_has_done_its_part(bot: Caller) -> None:
    ann = bot.telegram.world.add_person("Ann")

    async def answer() -> None:
        (update,) = await bot.ok("getUpdates", timeout=5)
        await bot.ok("getUpdates", offset=update["update_id"] + 1)
        await bot.ok("sendMessage", chat_id=ann.id, text="answer")

    answering = asyncio.create_task(answer())
    await bot.telegram.say(ann, "question")
    await bot.telegram.settled()
    assert [message.text for message in bot.telegram.messages(ann)] == ["question", "answer"]
    await answering


async def test_it_runs_as_a_process_of_its_own_and_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "bot.sandbox", "--channel", "@daily", "--person", "42:Ann"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if not key.startswith("PAPERBOY_")},
    )
    assert process.stdout is not None and process.stderr is not None
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
    async with httpx.AsyncClient(base_url=told["base_url"], trust_env=False) as client:
        answer = await client.post(f"/bot{told['token']}/sendMessage", json={"chat_id": "@daily", "text": "x"})
        assert answer.json()["ok"]
        poll = asyncio.create_task(client.get(f"/bot{told['token']}/getUpdates?timeout=50", timeout=60))
        while not (await client.get("/sim/calls", params={"method": "getUpdates"})).json():
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert (await poll).json()["result"] == []
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert await process.stderr.read() == b""
