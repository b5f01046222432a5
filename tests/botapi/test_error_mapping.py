"""What each of Telegram's answers means, each asked over HTTP: the fault → the library's exception → the Outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from telegram.error import (
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.botapi.client import Messenger, build
from bot.botapi.error_mapping import NETWORK_SECONDS, outcome
from bot.botapi.error_texts import UNSAID_SECONDS
from bot.domain.interpretation import RIGHTS_SECONDS
from bot.domain.outcome import (
    Delay,
    Fallback,
    Gone,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
)
from bot.sandbox import faults, refusals
from bot.sandbox.faults import Fault
from bot.sandbox.records import Person
from bot.sandbox.server import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAD = "Bad Request: "
HELLO = {"method": "sendMessage", "text": "Hello"}

REFUSED = {
    'can\'t parse entities: Unsupported start tag "p" at byte offset 1': Fallback.PLAIN,
    "message is too long": Fallback.SHORTER,
    "text is too long": Fallback.SHORTER,
    "message caption is too long": Fallback.SHORTER,
    "message text is empty": None,
    "text must be non-empty": None,
    "wrong file identifier/HTTP URL specified": Fallback.TEXT,
    "wrong HTTP URL specified": Fallback.TEXT,
    "failed to get HTTP URL content": Fallback.TEXT,
    "wrong type of the web page content": Fallback.TEXT,
    'failed to send message #1 with the error message "WEBPAGE_CURL_FAILED"': Fallback.TEXT,
    "PHOTO_INVALID_DIMENSIONS": Fallback.TEXT,
    "IMAGE_PROCESS_FAILED": Fallback.TEXT,
    "PHOTO_SAVE_FILE_INVALID": Fallback.TEXT,
    "PHOTO_EXT_INVALID": Fallback.TEXT,
    "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp": Fallback.TEXT,
    "can't upload file by URL": Fallback.TEXT,
    "file is too big": Fallback.TEXT,
    "invalid file_id": Fallback.TEXT,
    "not enough rights to send photos to the chat": Fallback.TEXT,
    "message to edit not found": None,
    "message can't be edited": None,
    "message can't be edited to the specified message type": None,
    "message can't be deleted": None,
    "message can't be deleted for everyone": None,
    "message to be replied not found": Fallback.NO_REPLY,
    "message thread not found": Fallback.NO_THREAD,
    "message thread is not a forum topic thread": Fallback.NO_THREAD,
    "BUTTON_DATA_INVALID": Fallback.NO_KEYBOARD,
    "BUTTON_TYPE_INVALID": Fallback.NO_KEYBOARD,
    "BUTTON_URL_INVALID": Fallback.NO_KEYBOARD,
    "REPLY_MARKUP_INVALID": Fallback.NO_KEYBOARD,
    "reply markup is too long": Fallback.NO_KEYBOARD,
    "inline keyboard button URL 'x' is invalid: Wrong HTTP URL": Fallback.NO_KEYBOARD,
    "BALANCE_TOO_LOW": Fallback.UNPAID,
    "SOMETHING_NEW": None,
}
DONE = (
    refusals.NOT_MODIFIED,
    "message to delete not found",
    "query is too old and response timeout expired or query ID is invalid",
)
LOST = (
    "not enough rights to send text messages to the chat",
    "have no rights to send a message",
    "have no write access to the chat",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "need administrator rights in the channel chat",
    "CHAT_ADMIN_REQUIRED",
    "TOPIC_CLOSED",
)
GONE = ("chat not found", "private chat not found", "PEER_ID_INVALID")
FORBIDDEN_GONE = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot can't initiate conversation with a user",
    "bot can't send messages to bots",
    "bot was kicked from the group chat",
    "bot was kicked from the supergroup chat",
    "bot is not a member of the supergroup chat",
    "the group chat was deleted",
)
FORBIDDEN_LOST = (
    "bot was kicked from the channel chat",
    "bot is not a member of the channel chat",
)


class Line:
    """A messenger at one end, the sandbox at the other."""

    def __init__(self, sandbox: Sandbox, messenger: Messenger, reader: Person) -> None:
        self.sandbox, self.messenger, self.reader = sandbox, messenger, reader

    async def met(self, fault: Fault) -> Outcome:
        """Send once, meeting a fault."""
        self.sandbox.fail("sendMessage", fault)
        return await self.messenger.call(HELLO, chat_id=self.reader.id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_line() -> AsyncIterator[Line]:
    async with Sandbox() as sandbox:
        messenger = build(sandbox.token, sandbox.base_url)
        reader = sandbox.world.add_person("Rea")
        await sandbox.open_link(reader)
        yield Line(sandbox, messenger, reader)
        await messenger.close()


@pytest.fixture
def line(shared_line: Line) -> Line:
    """One sandbox serves all: each test meets its own trouble only."""
    shared_line.sandbox.faults.clear()
    return shared_line


@pytest.mark.parametrize(("text", "fallback"), REFUSED.items())
async def test_a_message_that_telegram_refuses_names_its_fallback(
    line: Line, text: str, fallback: Fallback | None
) -> None:
    came = await line.met(faults.refused(400, BAD + text))
    assert isinstance(came, Refused)
    assert came.fallback is fallback
    assert len(came.reason) > 15


@pytest.mark.parametrize("text", DONE)
async def test_what_is_so_already_counts_as_done(line: Line, text: str) -> None:
    assert await line.met(faults.refused(400, BAD + text)) == Sent(0)


@pytest.mark.parametrize("text", LOST)
async def test_a_lost_right_lets_the_chat_wait_and_is_told(
    line: Line, text: str
) -> None:
    came = await line.met(faults.refused(400, BAD + text))
    assert isinstance(came, Wait)
    assert came.lost_rights
    assert came.seconds == RIGHTS_SECONDS


@pytest.mark.parametrize("text", FORBIDDEN_LOST)
async def test_a_channel_without_the_bot_waits_for_its_editors(
    line: Line, text: str
) -> None:
    came = await line.met(faults.refused(403, f"Forbidden: {text}"))
    assert isinstance(came, Wait)
    assert came.lost_rights


@pytest.mark.parametrize("text", GONE)
async def test_a_chat_that_is_not_there_is_gone(line: Line, text: str) -> None:
    assert isinstance(await line.met(faults.refused(400, BAD + text)), Gone)


@pytest.mark.parametrize("text", FORBIDDEN_GONE)
async def test_a_reader_who_shut_the_door_is_gone(line: Line, text: str) -> None:
    assert isinstance(await line.met(faults.refused(403, f"Forbidden: {text}")), Gone)


async def test_a_403_with_unknown_words_parks_nobody(line: Line) -> None:
    assert isinstance(
        await line.met(faults.refused(403, "Forbidden: a rule of tomorrow")), Refused
    )


async def test_a_firewalls_403_page_parks_nobody(line: Line) -> None:
    came = await line.met(faults.page(403))
    assert isinstance(came, Wait)
    assert not came.lost_rights


async def test_a_429_says_how_long_to_wait(line: Line) -> None:
    came = await line.met(faults.retry_after(7))
    assert isinstance(came, Wait)
    assert (came.seconds, came.flood) == (7.0, True)


@pytest.mark.parametrize(
    ("told", "seconds"), [("retry after 9", 9.0), ("slow down", UNSAID_SECONDS)]
)
async def test_a_429_without_parameters_is_a_flood_all_the_same(
    line: Line, told: str, seconds: float
) -> None:
    came = await line.met(faults.refused(429, f"Too Many Requests: {told}"))
    assert isinstance(came, Wait)
    assert (came.seconds, came.flood) == (seconds, True)


@pytest.mark.parametrize("flag", ["0", "1"])
async def test_a_pause_is_understood_as_a_number_and_as_a_timedelta(
    flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RetryAfter(timedelta(seconds=3))
    monkeypatch.setenv("PTB_TIMEDELTA", flag)
    if flag == "0":
        with pytest.deprecated_call():
            came = outcome(error)
    else:
        came = outcome(error)
    assert came == Wait(3.0, "Telegram asked for a pause", Delay.FLOOD)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.broken(500), id="500"),
        pytest.param(faults.broken(502, "Bad Gateway"), id="502"),
        pytest.param(faults.broken(504, "Gateway Timeout"), id="504"),
        pytest.param(faults.page(502), id="a proxy's 502"),
        pytest.param(faults.garbage(), id="200 without JSON"),
        pytest.param(faults.cut_before(), id="cut before"),
        pytest.param(faults.cut_after(), id="cut after"),
    ],
)
async def test_a_lost_answer_leaves_it_unknown(line: Line, fault: Fault) -> None:
    assert isinstance(await line.met(fault), Unknown)


async def test_an_answer_that_takes_too_long_leaves_it_unknown(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.botapi.wire._ANSWER_SECONDS", 0.05)
    assert isinstance(await line.met(faults.slow_answer(1.0)), Unknown)
    assert [message.text for message in line.sandbox.messages(line.reader)][
        -1
    ] == "Hello"


@pytest.mark.parametrize(
    "fault", [faults.refused(413, "Request Entity Too Large"), faults.page(413)]
)
async def test_what_is_too_large_is_refused(line: Line, fault: Fault) -> None:
    assert isinstance(await line.met(fault), Refused)


@pytest.mark.parametrize(("code", "text"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_refused_token_is_revoked(line: Line, code: int, text: str) -> None:
    assert isinstance(await line.met(faults.refused(code, text)), Revoked)


async def test_another_bots_token_is_revoked(line: Line) -> None:
    stranger = build(
        "1234567890:AAbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", line.sandbox.base_url
    )
    assert isinstance(await stranger.call(HELLO, chat_id=line.reader.id), Revoked)
    await stranger.close()


async def test_a_group_with_a_new_number_names_it(line: Line) -> None:
    group = line.sandbox.world.add_group("Readers", [line.reader], supergroup=False)
    moved = line.sandbox.world.migrate(group)
    assert await line.messenger.call(HELLO, chat_id=group.id) == Migrated(moved.id)


async def test_a_closed_door_means_that_nothing_was_sent(line: Line) -> None:
    nobody = build(line.sandbox.token, "http://127.0.0.1:9")
    came = await nobody.call(HELLO, chat_id=line.reader.id)
    assert isinstance(came, Wait)
    assert came.seconds == NETWORK_SECONDS
    assert came.reason.startswith(
        "Telegram can't be reached: ClientConnectorError: Cannot connect to host 127.0.0.1:9"
    )
    await nobody.close()


@pytest.mark.parametrize(
    "cause",
    [httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError],
)
async def test_an_error_before_the_request_left_means_that_nothing_was_sent(
    cause: type[httpx.RequestError],
) -> None:
    error = NetworkError("no")
    error.__cause__ = cause("no")
    assert isinstance(outcome(error), Wait)


@pytest.mark.parametrize(
    "cause",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError, httpx.ReadError],
)
async def test_an_error_after_the_request_left_leaves_it_unknown(
    cause: type[httpx.RequestError],
) -> None:
    error = NetworkError("no")
    error.__cause__ = cause("no")
    assert isinstance(outcome(error), Unknown)


@pytest.mark.parametrize("error", [InvalidToken(), EndPointNotFound("getMe")])
async def test_both_names_for_a_refused_token_are_revoked(error: TelegramError) -> None:
    assert isinstance(outcome(error), Revoked)


@pytest.mark.parametrize(
    "error",
    [KeyError("result"), TypeError("no"), TelegramError("Invalid server response")],
)
async def test_an_answer_of_another_shape_leaves_it_unknown(error: Exception) -> None:
    assert isinstance(outcome(error), Unknown)


async def test_a_reason_never_holds_the_token(line: Line) -> None:
    came = await line.met(
        faults.refused(400, f"{BAD}no route to /bot{line.sandbox.token}/sendMessage")
    )
    assert isinstance(came, Refused)
    assert "no route to" in came.reason.lower()
    assert line.sandbox.token.partition(":")[2].lower() not in came.reason.lower()


async def test_a_message_that_arrives_tells_its_number(line: Line) -> None:
    came = await line.messenger.call(HELLO, chat_id=line.reader.id)
    assert came == Sent(line.sandbox.messages(line.reader)[-1].id)


async def test_a_cancelled_call_stays_cancelled(line: Line) -> None:
    line.sandbox.fail("sendMessage", faults.slow_answer(5.0))
    call = asyncio.ensure_future(line.messenger.call(HELLO, chat_id=line.reader.id))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
