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


async def post(api: Caller, what: str, /, **told: Any) -> Any:
    answer = await api.client.post(f"/sim/{what}", json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def state(api: Caller, query: str = "") -> Any:
    return (await api.client.get(f"/sim/state{query}")).json()


@asynccontextmanager
async def listening(api: Caller) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The event stream, once it is open."""
    async with api.client.stream("GET", "/sim/events", timeout=PATIENCE) as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await api.telegram.wait_for(lambda: api.telegram.events.has_listeners)

        async def events() -> AsyncIterator[tuple[str, Any]]:
            name = ""
            async for line in lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))

        yield events()


async def test_the_state_shows_people_chats_and_messages(api: Caller) -> None:
    ann = await post(api, "people", name="Ann", username="ann")
    channel = await post(api, "channels", title="Daily", username="daily")
    group = await post(api, "groups", title="Readers", admins=[ann["id"]], forum=True)
    await post(api, "send", **{"as": ann["id"], "chat": None, "text": "/topic AI"})
    await api.ok("sendMessage", chat_id=channel["id"], text="one")
    await api.ok("sendMessage", chat_id=channel["id"], text="two")
    await api.ok("editMessageText", chat_id=channel["id"], message_id=1, text="uno")
    await api.ok("deleteMessage", chat_id=channel["id"], message_id=2)
    seen = await state(api)
    assert seen["bot"]["username"] == api.telegram.bot.username
    assert [person["name"] for person in seen["people"]] == ["Ann"]
    kinds = {chat["id"]: chat["type"] for chat in seen["chats"]}
    assert kinds == {
        channel["id"]: "channel",
        group["id"]: "supergroup",
        ann["id"]: "private",
    }
    assert {chat["id"]: chat["person"] for chat in seen["chats"]}[ann["id"]] == ann[
        "id"
    ]
    first, second = seen["messages"][str(channel["id"])]
    assert (
        first["text"],
        [past["text"] for past in first["history"]],
        second["deleted"],
    ) == (
        "uno",
        ["one"],
        True,
    )
    (said,) = seen["messages"][str(ann["id"])]
    assert (
        said["from"]["id"],
        said["from"]["is_bot"],
        said["entities"][0]["type"],
    ) == (
        ann["id"],
        False,
        "bot_command",
    )
    assert len((await state(api, "?limit=1"))["messages"][str(channel["id"])]) == 1


async def test_every_change_is_told_as_it_happens(api: Caller) -> None:
    ann = await post(api, "people", name="Ann")
    channel = await post(api, "channels", title="Daily")
    async with listening(api) as events:
        keys = {"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]}
        await api.ok(
            "sendMessage", chat_id=channel["id"], text="one", reply_markup=keys
        )
        tapped = await post(
            api,
            "tap",
            **{
                "as": ann["id"],
                "chat": channel["id"],
                "message": 1,
                "row": 0,
                "column": 0,
            },
        )
        await api.ok(
            "answerCallbackQuery", callback_query_id=tapped["callback"], text="ok"
        )
        await api.ok("editMessageText", chat_id=channel["id"], message_id=1, text="two")
        await api.ok("deleteMessage", chat_id=channel["id"], message_id=1)
        await api.ok(
            "setMyCommands", commands=[{"command": "topic", "description": "d"}]
        )
        await post(api, "start", **{"as": ann["id"], "payload": "AI"})
        await api.ok("sendChatAction", chat_id=ann["id"], action="typing")
        api.telegram.publish("folder", {"left": 3})
        told = [await anext(events) for _ in range(9)]
    names = [
        "message",
        "callback_answer",
        "edited",
        "deleted",
        "commands",
        "chat",
        "message",
        "typing",
        "folder",
    ]
    assert [name for name, _ in told] == names
    answer = told[1][1]
    assert (answer["text"], answer["person"], answer["chat"]) == (
        "ok",
        ann["id"],
        channel["id"],
    )
    assert told[3][1] == {"chat": channel["id"], "id": 1}
    assert told[4][1] == {"default": [{"command": "topic", "description": "d"}]}
    assert told[6][1]["text"] == "/start AI"


async def test_a_link_to_the_bot_starts_it_and_another_is_only_told(
    api: Caller,
) -> None:
    ann = await post(api, "people", name="Ann")
    channel = await post(api, "channels", title="Daily")
    rows = [
        [
            {"text": "a", "url": f"https://t.me/{api.telegram.bot.username}?start=AI"},
            {"text": "b", "url": "http://x.y"},
        ]
    ]
    await api.ok(
        "sendMessage",
        chat_id=channel["id"],
        text="one",
        reply_markup={"inline_keyboard": rows},
    )
    at = {"as": ann["id"], "chat": channel["id"], "message": 1, "row": 0}
    assert (await post(api, "tap", column=0, **at))["message"]["text"] == "/start AI"
    assert await post(api, "tap", column=1, **at) == {"url": "http://x.y/"}


async def test_what_a_person_cannot_do_is_said_in_words(api: Caller) -> None:
    ann = await post(api, "people", name="Ann")
    await post(api, "block", **{"as": ann["id"]})
    answer = await api.client.post(
        "/sim/send", json={"as": ann["id"], "chat": ann["id"], "text": "x"}
    )
    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "Ann has blocked the bot; they have to unblock it before they can write.",
    )
    await post(api, "unblock", **{"as": ann["id"]})
    await post(api, "send", **{"as": ann["id"], "chat": ann["id"], "text": "x"})
    for wrong in ({"as": 5, "text": "x"}, {"as": ann["id"], "chat": 77, "text": "x"}):
        assert (await api.client.post("/sim/send", json=wrong)).status_code == 409
    for wrong in ({}, [], None, {"as": "x"}):
        assert (await api.client.post("/sim/send", json=wrong)).status_code == 400


async def test_another_site_may_not_steer(api: Caller) -> None:
    answer = await api.client.post(
        "/sim/people", json={"name": "Eve"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    answer = await api.client.delete(
        "/sim/faults", headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert (await state(api))["people"] == []
    await api.client.post(
        "/sim/people", json={"name": "Ann"}, headers={"Origin": api.telegram.base_url}
    )
    assert len((await state(api))["people"]) == 1


async def test_faults_rights_and_time_are_steered_from_outside(api: Caller) -> None:
    channel = await post(api, "channels", title="Daily")
    await post(api, "fault", method="sendMessage", kind="retry_after", retry_after=3)
    assert "retry after 3" in await api.no(
        "sendMessage", chat_id=channel["id"], text="x"
    )
    await post(
        api, "fault", kind="refuse", code=403, description="Forbidden: no", times=None
    )
    assert (
        await api.no("sendMessage", chat_id=channel["id"], text="x") == "Forbidden: no"
    )
    await api.client.delete("/sim/faults")
    await api.ok("sendMessage", chat_id=channel["id"], text="x")
    await post(api, "rights", chat=channel["id"], status="kicked")
    assert "kicked" in await api.no("sendMessage", chat_id=channel["id"], text="x")
    now = (await state(api))["now"]
    assert await post(api, "clock", advance=60) == {"now": now + 60}
    answer = await api.client.post("/sim/fault", json={"kind": "meteor"})
    assert (answer.status_code, answer.json()["error"][:26]) == (
        409,
        "There is no fault 'meteor'",
    )


async def test_the_journal_tells_every_call_but_not_the_token(api: Caller) -> None:
    channel = await post(api, "channels", title="Daily")
    await api.ok("sendMessage", chat_id=channel["id"], text="x")
    await api.ok("getMe")
    answer = await api.client.get("/sim/calls?method=sendmessage")
    (call,) = answer.json()
    assert (
        call["method"],
        call["params"]["text"],
        call["answer"]["result"]["message_id"],
    ) == (
        "sendMessage",
        "x",
        1,
    )
    everything = (await api.client.get("/sim/calls")).text
    assert api.telegram.token not in everything
    assert [call["method"] for call in json.loads(everything)] == [
        "sendMessage",
        "getMe",
    ]


async def test_the_page_and_what_is_added_to_it_are_served() -> None:
    async def extra(_request: object) -> PlainTextResponse:
        return PlainTextResponse("extra")

    async with calling(extras=[Route("/extra", extra)]) as other:
        assert (await other.client.get("/extra")).text == "extra"
        assert "<html" in (await other.client.get("/")).text
        assert (await other.client.get("/nothing")).status_code == 404


async def test_an_open_stream_does_not_hold_up_a_shutdown() -> None:
    async with calling() as other:
        stream = asyncio.create_task(other.client.get("/sim/events"))
        await other.telegram.wait_for(lambda: other.telegram.events.has_listeners)
        await asyncio.wait_for(other.telegram.__aexit__(None, None, None), PATIENCE)
        assert (await stream).status_code == 200


async def test_a_taken_port_is_said_in_words(api: Caller) -> None:
    with pytest.raises(SandboxError, match=f"Port {api.telegram.port} can't be used"):
        async with Sandbox(port=api.telegram.port):
            raise AssertionError("it must not start")


async def test_waiting_ends_with_the_change_or_with_time(api: Caller) -> None:
    channel = api.telegram.world.add_channel("Daily")
    waiting = asyncio.create_task(
        api.telegram.wait_for(lambda: api.telegram.messages(channel))
    )
    await api.ok("sendMessage", chat_id=channel.id, text="x")
    assert [message.text for message in await waiting] == ["x"]
    with pytest.raises(TimeoutError):
        await api.telegram.wait_for(lambda: False, timeout=0.05)


async def test_settled_waits_until_the_bot_has_done_its_part(api: Caller) -> None:
    ann = api.telegram.world.add_person("Ann")

    async def answer() -> None:
        (update,) = await api.ok("getUpdates", timeout=5)
        await api.ok("getUpdates", offset=update["update_id"] + 1)
        await api.ok("sendMessage", chat_id=ann.id, text="answer")

    answering = asyncio.create_task(answer())
    await api.telegram.say(ann, "question")
    await api.telegram.settled()
    assert [message.text for message in api.telegram.messages(ann)] == [
        "question",
        "answer",
    ]
    await answering


async def test_it_runs_as_a_process_of_its_own_and_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-W",
            "error",
            "-m",
            "bot.sandbox",
            "--channel",
            "@daily",
            "--person",
            "42:Ann",
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            key: value
            for key, value in os.environ.items()
            if not key.startswith("PAPERBOY_")
        },
    )
    assert process.stdout is not None and process.stderr is not None
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
    async with httpx.AsyncClient(base_url=told["base_url"], trust_env=False) as client:
        answer = await client.post(
            f"/bot{told['token']}/sendMessage", json={"chat_id": "@daily", "text": "x"}
        )
        assert answer.json()["ok"]
        poll = asyncio.create_task(
            client.get(f"/bot{told['token']}/getUpdates?timeout=50", timeout=60)
        )
        while not (
            await client.get("/sim/calls", params={"method": "getUpdates"})
        ).json():
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert (await poll).json()["result"] == []
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert await process.stderr.read() == b""
