"""A bot that Telegram calls, instead of being asked by it."""

from __future__ import annotations

import httpx
import pytest

from bot.errors import PaperboyError
from bot.sandbox import faults
from tests.support.stage import Stage, free_port

TITLE = "Postmen and pigeons settle their dispute"


async def listen(stage: Stage) -> str:
    """Start the bot with a webhook and return its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    await stage.start(
        webhook=True, web={"listen": f"127.0.0.1:{port}", "public_url": address}
    )
    await stage.until(lambda: stage.sandbox.updates.webhook_url)
    return address


async def test_telegram_brings_the_updates_and_the_story_goes_as_ever(
    stage: Stage,
) -> None:
    await listen(stage)
    await stage.ask(stage.reader, "/topic AI")
    stage.drop(TITLE, "AI")
    await stage.post(TITLE)
    await stage.post(TITLE, stage.reader)
    await stage.ask(stage.editor, "/republish last")
    await stage.post(TITLE, number=2)
    await stage.settled()
    assert len(stage.posts(TITLE)) == 2
    assert len(stage.posts(TITLE, stage.reader)) == 1
    assert stage.sandbox.calls.of("getUpdates") == []
    (call,) = stage.sandbox.calls.of("setWebhook")
    assert len(call.params["secret_token"]) >= 32


async def test_a_webhook_that_somebody_deleted_is_set_again_and_another_programs_is_told(
    stage: Stage,
) -> None:
    await listen(stage)
    assert stage._app
    telegram = stage._app._telegram
    assert telegram
    url = stage.sandbox.updates.webhook_url
    await telegram.registration.check()
    stage.sandbox.world.webhook.stop()
    await telegram.registration.check()
    assert stage.sandbox.updates.webhook_url == url
    await stage.ask(stage.reader, "/help")
    stage.sandbox.updates.webhook_url = "http://user:secret@127.0.0.1:9/of-another"
    with pytest.raises(
        PaperboyError,
        match=r"another program has set a webhook at http://127\.0\.0\.1:9, which",
    ):
        await telegram.registration.check()


async def test_an_update_that_telegram_brings_twice_makes_one_edition(
    stage: Stage,
) -> None:
    await listen(stage)
    stage.drop(TITLE)
    await stage.post(TITLE)
    await stage.sandbox.say(stage.editor, "/republish last")
    update = stage.sandbox.updates.waiting[-1]
    await stage.post(TITLE, number=2)
    await stage.sandbox.settled()
    stage.sandbox.updates.waiting.append(update)
    await stage.ask(stage.reader, "/help")  # brought after it, as updates come in order
    await stage.settled()
    assert len(stage.posts(TITLE)) == 2


async def test_who_does_not_know_the_secret_changes_nothing(stage: Stage) -> None:
    address = await listen(stage)
    message = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7, "type": "private"},
        "text": "/help",
    }
    body = {"update_id": 1, "message": message}
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answers = [
            await stranger.post(f"{address}/telegram", json=body, headers=headers)
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "a guess"})
        ]
    assert [one.status_code for one in answers] == [403, 403]
    await stage.settled()
    assert [
        call for call in stage.sandbox.calls.of("sendMessage") if call.chat == 7
    ] == []


async def test_a_bot_goes_back_to_asking_when_it_is_started_without_a_webhook(
    stage: Stage,
) -> None:
    await listen(stage)
    await stage.ask(stage.reader, "/topic AI")
    await stage.stop()
    await stage.sandbox.say(stage.reader, "/topic Space")  # while nobody listens
    await stage.start()
    await stage.until(
        lambda: any(
            "follow Space" in one.text for one in stage.sandbox.messages(stage.reader)
        )
    )
    assert stage.sandbox.updates.webhook_url == ""


async def test_a_webhook_below_a_path_is_reached_there(stage: Stage) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/bots/one"
    await stage.start(
        webhook=True, web={"listen": f"127.0.0.1:{port}", "public_url": address}
    )
    await stage.until(lambda: stage.sandbox.updates.webhook_url)
    assert stage.sandbox.updates.webhook_url == f"{address}/telegram"
    await stage.ask(stage.reader, "/help")


async def test_health_is_told_before_telegram_lets_the_bot_in(stage: Stage) -> None:
    port = free_port()
    refusing = stage.sandbox.fail("getMe", faults.broken(), times=None)
    await stage.start(web={"listen": f"127.0.0.1:{port}"})
    await stage.until(lambda: refusing.hits)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", trust_env=False
    ) as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["reasons"]) == (
        503,
        ["starting: Telegram is being asked who the bot is"],
    )
