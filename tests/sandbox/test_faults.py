"""Trouble on demand, as a client meets it on the wire, and as python-telegram-bot understands it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    error,
)
from telegram.request import HTTPXRequest

from bot.sandbox import Chat, Limits, faults
from tests.support.calling import Caller, calling


@pytest.fixture
def channel(api: Caller) -> Chat:
    return api.telegram.world.add_channel("Daily", "daily")


def texts(api: Caller, channel: Chat) -> list[str]:
    return [message.text for message in api.telegram.messages(channel)]


async def send(
    api: Caller, channel: Chat, text: str = "x", **params: Any
) -> httpx.Response:
    return await api.raw("sendMessage", chat_id=channel.id, text=text, **params)


async def test_a_fault_strikes_as_often_as_asked_and_then_no_more(
    api: Caller, channel: Chat
) -> None:
    rule = api.telegram.fail("sendMessage", faults.retry_after(7), times=2)
    for _ in range(2):
        answer = await send(api, channel)
        assert answer.status_code == 429
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    assert (await send(api, channel)).status_code == 200
    assert (rule.hits, texts(api, channel)) == (2, ["x"])
    assert [call.fault for call in api.telegram.calls] == ["refuse", "refuse", None]


async def test_a_fault_strikes_its_method_and_its_chat_only(
    api: Caller, channel: Chat
) -> None:
    other = api.telegram.world.add_channel("Other")
    api.telegram.fail("sendMessage", faults.broken(), times=None, chat=other)
    assert (await send(api, channel)).status_code == 200
    assert (await send(api, other)).status_code == 500
    assert (await api.raw("getChat", chat_id=other.id)).status_code == 200
    api.telegram.faults.clear()
    assert (await send(api, other)).status_code == 200


async def test_a_fault_meets_a_chat_by_its_name_too(api: Caller, channel: Chat) -> None:
    api.telegram.fail("*", faults.broken(), chat=channel)
    assert (await api.raw("sendMessage", chat_id="@daily", text="x")).status_code == 500


async def test_dice_fall_the_same_for_the_same_seed() -> None:
    async def thrown() -> list[int]:
        async with calling(seed=5) as other:
            channel = other.telegram.world.add_channel("Daily")
            other.telegram.fail("*", faults.broken(), times=None, probability=0.5)
            return [(await send(other, channel)).status_code for _ in range(20)]

    first = await thrown()
    assert set(first) == {200, 500}
    assert await thrown() == first


async def test_a_connection_cut_before_leaves_nothing_and_one_cut_after_leaves_the_message(
    api: Caller, channel: Chat
) -> None:
    for text, fault in (("before", faults.cut_before()), ("after", faults.cut_after())):
        api.telegram.fail("sendMessage", fault)
        with pytest.raises(
            httpx.RemoteProtocolError, match="without sending a response"
        ):
            await send(api, channel, text)
    assert texts(api, channel) == ["after"]
    assert [call.ok for call in api.telegram.calls] == [False, True]


async def test_a_late_message_arrives_though_its_connection_was_cut(
    api: Caller, channel: Chat
) -> None:
    api.telegram.fail("sendMessage", faults.late(0.1))
    with pytest.raises(httpx.RemoteProtocolError):
        await send(api, channel, "late")
    assert texts(api, channel) == []
    await api.telegram.settled()
    assert texts(api, channel) == ["late"]


async def test_a_slow_answer_finds_the_client_gone_but_the_message_there(
    api: Caller, channel: Chat
) -> None:
    for text, fault in (
        ("slow", faults.slow(0.3)),
        ("answered slowly", faults.slow_answer(0.3)),
    ):
        api.telegram.fail("sendMessage", fault)
        with pytest.raises(httpx.ReadTimeout):
            await api.client.post(
                f"/bot{api.telegram.token}/sendMessage",
                json={"chat_id": channel.id, "text": text},
                timeout=0.1,
            )
    await api.telegram.settled()
    assert sorted(texts(api, channel)) == ["answered slowly", "slow"]


async def test_garbage_hides_a_success_and_a_page_a_failure(
    api: Caller, channel: Chat
) -> None:
    api.telegram.fail("sendMessage", faults.garbage())
    answer = await send(api, channel, "garbage")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    api.telegram.fail("sendMessage", faults.page())
    answer = await send(api, channel, "page")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert texts(api, channel) == ["garbage"]


async def test_a_slow_fault_does_not_hold_up_a_shutdown(channel: Chat) -> None:
    async with calling() as other:
        place = other.telegram.world.add_channel("Daily")
        for fault in (faults.slow(60), faults.late(60)):
            other.telegram.fail("sendMessage", fault)
        tries = [asyncio.create_task(send(other, place)) for _ in range(2)]
        await other.telegram.wait_for(lambda: len(other.telegram.calls) == 2)
        await asyncio.wait_for(other.telegram.__aexit__(None, None, None), 30)
        ends = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(end) for end in ends] == [httpx.RemoteProtocolError] * 2
        assert other.telegram.messages(place) == []


async def test_rates_are_enforced_when_asked_for(api: Caller, channel: Chat) -> None:
    limits = Limits()
    api.telegram.limit(limits)
    assert (await send(api, channel)).status_code == 200
    answer = await send(api, channel)
    assert answer.json()["parameters"] == {"retry_after": 1}
    for _ in range(19):
        api.telegram.advance(1)
        assert (await send(api, channel)).status_code == 200
    api.telegram.advance(1)
    assert (await send(api, channel)).json()["parameters"] == {"retry_after": 40}
    assert limits.violations == 2
    api.telegram.advance(40)
    assert (await send(api, channel)).status_code == 200


async def test_all_chats_together_have_a_rate(api: Caller) -> None:
    api.telegram.limit(Limits(refuse=False))
    chats = [api.telegram.world.add_channel(f"C{number}") for number in range(31)]
    assert [(await send(api, chat)).status_code for chat in chats] == [200] * 31
    assert api.telegram._api.limits.violations == 1  # type: ignore[union-attr]  # set above


@pytest.fixture
async def ptb(api: Caller) -> AsyncIterator[Bot]:
    def request() -> HTTPXRequest:
        return HTTPXRequest(httpx_kwargs={"trust_env": False})

    base = f"{api.telegram.base_url}/bot"
    async with Bot(
        api.telegram.token, base, request=request(), get_updates_request=request()
    ) as client:
        yield client


async def test_python_telegram_bot_reads_what_the_sandbox_says(
    api: Caller, ptb: Bot, channel: Chat
) -> None:
    ann = api.telegram.world.add_person("Ann", "ann")
    await api.telegram.say(ann, "/topic AI")
    (update,) = await ptb.get_updates(
        timeout=1, allowed_updates=["message", "callback_query", "my_chat_member"]
    )
    assert update.message is not None and update.effective_user is not None
    assert (update.message.text, update.effective_user.id) == ("/topic AI", ann.id)
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Follow", callback_data="f")]])
    options = LinkPreviewOptions(
        url="https://x.org/i.png", prefer_large_media=True, show_above_text=True
    )
    sent = await ptb.send_message(
        "@daily", "<b>x</b>", "HTML", reply_markup=keys, link_preview_options=options
    )
    assert (sent.text_html, sent.link_preview_options, sent.reply_markup) == (
        "<b>x</b>",
        options,
        keys,
    )
    await api.telegram.tap(ann, api.telegram.messages(channel)[0], "Follow")
    (update,) = await ptb.get_updates(offset=update.update_id + 1, timeout=1)
    assert update.callback_query is not None
    assert await update.callback_query.answer("ok")
    photo = await ptb.send_photo(
        channel.id, "https://x.org/p.jpg", caption="<i>c</i>", parse_mode="HTML"
    )
    assert photo.caption_html == "<i>c</i>"
    forwarded = await ptb.forward_message(ann.id, channel.id, sent.message_id)
    assert (
        forwarded.forward_origin is not None
        and forwarded.forward_origin.type == "channel"
    )
    member = await ptb.get_chat_member(channel.id, ptb.id)
    assert member.status == "administrator"
    assert (await ptb.get_chat(channel.id)).title == "Daily"
    assert (await ptb.get_webhook_info()).url == ""
    group = api.telegram.world.add_group("Readers", admins=[ann], bot="administrator")
    assert {admin.user.id for admin in await ptb.get_chat_administrators(group.id)} == {
        ann.id,
        ptb.id,
    }


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (
            faults.refused(403, "Forbidden: bot was blocked by the user"),
            error.Forbidden,
        ),
        (faults.refused(400, "Bad Request: chat not found"), error.BadRequest),
        (faults.refused(401, "Unauthorized"), error.InvalidToken),
        (faults.broken(), error.NetworkError),
        (faults.cut_after(), error.NetworkError),
        (faults.page(), error.NetworkError),
        (faults.garbage(), error.TelegramError),
    ],
)
async def test_python_telegram_bot_understands_the_faults(
    api: Caller, ptb: Bot, channel: Chat, fault: faults.Fault, kind: type[Exception]
) -> None:
    api.telegram.fail("sendMessage", fault)
    with pytest.raises(error.TelegramError) as caught:
        await ptb.send_message(channel.id, "x")
    assert type(caught.value) is kind
