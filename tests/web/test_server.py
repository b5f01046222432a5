"""The web room over real sockets: health, metrics, and a webhook that lets in Telegram and nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import re
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.botapi.webhook import Hook, why_unheard
from bot.domain.delivery import State
from bot.errors import PaperboyError, StoreError, UsageError
from bot.rendering.report import ChannelStatus, RejectedFile, StatusReport
from bot.web import connections, server, webhook
from bot.web.health import Health
from bot.web.server import Web
from tests.support.operating import PATIENCE

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a-secret_of_1"
TOKEN = "123456789:" + "A" * 35
EMPTY = StatusReport(at=AT, articles=0, readers=0, follows=0)
WELL = Health(True)


async def nothing(update: dict[str, Any]) -> None:
    """Handle an update by ignoring it."""


@asynccontextmanager
async def answering(
    *,
    health: Health = WELL,
    report: StatusReport | Exception = EMPTY,
    handle: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A Web on a free port, and a client that talks to it."""

    async def told() -> StatusReport:
        if isinstance(report, Exception):
            raise report
        return report

    hook = Hook("/telegram", SECRET, handle) if handle else None
    web = Web("127.0.0.1:0", health=lambda: health, report=told, hook=hook)
    await web.start()
    try:
        async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
            yield client
    finally:
        await web.stop()


async def empty() -> StatusReport:
    return EMPTY


def a_web(listen: str = "127.0.0.1:0") -> Web:
    return Web(listen, health=lambda: Health(True), report=empty)


# --- health -----------------------------------------------------------------------------------------------------------


async def test_a_bot_that_works_is_healthy() -> None:
    async with answering() as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


async def test_a_bot_that_does_not_work_says_why() -> None:
    async with answering(
        health=Health(False, ("no scan for an hour", "the store is stuck"))
    ) as client:
        answer = await client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {
        "ok": False,
        "reasons": ["no scan for an hour", "the store is stuck"],
    }


async def test_channels_that_wait_are_named_and_make_the_bot_no_less_well() -> None:
    waits = ChannelStatus(
        name="@news",
        title="News (@news)",
        waits="the bot lacks a right there",
        until=AT,
    )
    report = StatusReport(
        at=AT,
        articles=0,
        readers=0,
        follows=0,
        channels=(waits, ChannelStatus(name="@other")),
    )
    async with answering(report=report) as client:
        answer = await client.get("/health")
    said = [
        "News (@news) gets nothing until 22 November 12:00 UTC: the bot lacks a right there"
    ]
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "waiting": said})


async def test_health_is_told_although_no_report_can_be_made() -> None:
    async with answering(report=StoreError("the disk is full")) as client:
        assert (await client.get("/health")).json() == {"ok": True}


async def test_health_is_asked_anew_each_time() -> None:
    states = [Health(True), Health(False, ("stuck",)), Health(True)]
    web = Web("127.0.0.1:0", health=lambda: states.pop(0), report=empty)
    await web.start()
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        answers = [(await client.get("/health")).status_code for _ in range(3)]
    await web.stop()
    assert answers == [200, 503, 200]


async def test_an_unknown_path_is_plainly_not_found() -> None:
    async with answering() as client:
        for path in (
            "/",
            "/healthz",
            "/health/",
            "/telegram",
            "/../etc/passwd",
            "/docs",
        ):
            answer = await client.get(path)
            assert (path, answer.status_code, answer.text) == (path, 404, "Not Found")


async def test_pages_can_only_be_read() -> None:
    async with answering() as client:
        assert (await client.post("/health")).status_code == 405
        assert (await client.delete("/metrics")).status_code == 405


# --- metrics ----------------------------------------------------------------------------------------------------------

REPORT = StatusReport(
    at=AT,
    articles=1200,
    readers=34,
    follows=56,
    channels=(
        ChannelStatus(name="@news", deliveries={"sent": 7, "pending": 2}),
        ChannelStatus(name='-100"5\\\n', deliveries={"sent": 1}),
        ChannelStatus(
            name="@news", deliveries={"sent": 3, "refused": 1}
        ),  # the same chat, another thread
    ),
    followers={"sent": 90, "gone": 4},
    oldest_waiting=AT - timedelta(seconds=42.5),
    rejected=(
        RejectedFile(path="a.md", reason="no title"),
        RejectedFile(path="b.md", reason="empty"),
    ),
    scanned=AT - timedelta(seconds=10),
)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and label values → number, as Prometheus itself would read the page."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def metrics(
    report: StatusReport | Exception, health: Health = WELL
) -> httpx.Response:
    async with answering(report=report, health=health) as client:
        return await client.get("/metrics")


async def test_metrics_show_the_report_in_prometheus_own_format() -> None:
    answer = await metrics(REPORT)
    found = samples(answer.text)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found["paperboy_up",] == 1
    assert found["paperboy_articles",] == 1200
    assert found["paperboy_readers",] == 34
    assert found["paperboy_follows",] == 56
    assert found["paperboy_deliveries", '-100"5\\\n', "sent"] == 1
    assert found["paperboy_follower_deliveries", "gone"] == 4
    assert found["paperboy_oldest_waiting_seconds",] == 42.5
    assert found["paperboy_rejected_files",] == 2
    assert found["paperboy_last_scan_seconds",] == 10


async def test_the_readme_lists_the_metrics() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"`(paperboy_\w+)`", readme)
    text = (await metrics(REPORT)).text
    families = [family.name for family in text_string_to_metric_families(text)]
    assert listed == [name for name in families if name.startswith("paperboy_")]


async def test_a_channel_with_two_threads_is_one_series_and_the_sum_of_both() -> None:
    text = (await metrics(REPORT)).text
    assert text.count('paperboy_deliveries{channel="@news",state="sent"}') == 1
    assert samples(text)["paperboy_deliveries", "@news", "sent"] == 10
    assert samples(text)["paperboy_deliveries", "@news", "refused"] == 1


async def test_every_state_has_a_number_so_that_an_alarm_can_be_set_before_it_happens() -> (
    None
):
    found = samples((await metrics(REPORT)).text)
    for state in State:
        assert ("paperboy_follower_deliveries", state) in found
        assert ("paperboy_deliveries", "@news", state) in found
    assert found["paperboy_deliveries", "@news", "doubtful"] == 0


async def test_when_nothing_waits_the_oldest_has_waited_no_time() -> None:
    found = samples((await metrics(EMPTY)).text)
    assert found["paperboy_oldest_waiting_seconds",] == 0
    assert ("paperboy_last_scan_seconds",) not in found


async def test_a_bot_that_does_not_work_is_not_up() -> None:
    found = samples((await metrics(EMPTY, Health(False, ("stuck",)))).text)
    assert found["paperboy_up",] == 0


async def test_metrics_tell_what_the_process_uses() -> None:
    assert samples((await metrics(EMPTY)).text)["process_resident_memory_bytes",] > 0


async def test_two_bots_in_one_process_do_not_meet() -> None:
    names = set(REGISTRY._names_to_collectors)
    async with answering(report=REPORT) as one, answering(report=EMPTY) as other:
        first, second = await one.get("/metrics"), await other.get("/metrics")
    assert samples(first.text)["paperboy_articles",] == 1200
    assert samples(second.text)["paperboy_articles",] == 0
    assert set(REGISTRY._names_to_collectors) == names


async def test_a_report_that_can_not_be_made_is_said_so_and_the_reason_goes_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await metrics(StoreError("data/paperboy.db: is locked"))
    assert answer.status_code == 503
    assert "paperboy.db" not in answer.text
    assert "data/paperboy.db: is locked" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_bug_in_the_report_is_logged_whole_and_shown_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await metrics(KeyError("where"))
    assert answer.status_code == 503
    assert "where" not in answer.text
    assert "KeyError" in caplog.text


async def test_no_page_shows_a_token() -> None:
    report = StatusReport(
        at=AT, articles=0, readers=0, follows=0, channels=(ChannelStatus(name=TOKEN),)
    )
    health = Health(False, (f"can't reach https://api.telegram.org/bot{TOKEN}/getMe",))
    async with answering(report=report, health=health) as client:
        pages = [(await client.get(path)).text for path in ("/health", "/metrics")]
    assert not [page for page in pages if TOKEN in page]
    assert "api.telegram.org/bot[token]/getMe" in pages[0]


# --- the webhook ------------------------------------------------------------------------------------------------------


async def post(
    client: httpx.AsyncClient, content: bytes, secret: str | None = SECRET
) -> httpx.Response:
    headers = {} if secret is None else {webhook.SECRET_HEADER: secret}
    return await client.post("/telegram", content=content, headers=headers)


async def test_an_update_is_handled_and_then_answered() -> None:
    handled: list[dict[str, Any]] = []

    async def handle(update: dict[str, Any]) -> None:
        await asyncio.sleep(0.01)
        handled.append(update)

    async with answering(handle=handle) as client:
        answer = await post(
            client,
            json.dumps(
                {"update_id": 7, "message": {"text": "/topic 人工智能"}}
            ).encode(),
        )
        assert handled == [{"update_id": 7, "message": {"text": "/topic 人工智能"}}]
    assert (answer.status_code, answer.content) == (200, b"")


async def test_no_answer_is_given_while_an_update_is_being_handled() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        begun.set()
        await may_end.wait()

    async with answering(handle=handle) as client:
        waiting = asyncio.create_task(post(client, b'{"update_id": 1}'))
        await begun.wait()
        assert (
            await client.get("/health")
        ).status_code == 200  # others are answered meanwhile
        assert not waiting.done()
        may_end.set()
        assert (await waiting).status_code == 200


@pytest.mark.parametrize(
    ("info", "why"),
    [
        ({"url": "https://a.example/telegram"}, ""),
        (
            {
                "url": "https://a.example/telegram",
                "last_error_message": "Timeout",
                "pending_update_count": 0,
            },
            "",
        ),
        (
            {
                "url": "https://a.example/telegram",
                "last_error_message": "Timeout",
                "pending_update_count": 3,
            },
            "Telegram can't reach https://a.example: Timeout",
        ),
        (
            {"url": "https://b.example/telegram"},
            "another program has set a webhook at https://b.example",
        ),
        (
            {"url": "https://a.example/telegram/other"},
            "another program has set a webhook at https://a.example",
        ),
        ({"url": 7}, "another program"),
    ],
)
def test_what_keeps_updates_from_a_webhook_is_told(
    info: dict[str, Any], why: str
) -> None:
    told = why_unheard(info, "https://a.example/telegram")
    assert (told or "").startswith(why) and bool(told) == bool(why)


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), StoreError("the disk is full"), TimeoutError()]
)
async def test_an_update_whose_handling_fails_is_asked_for_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def handle(update: dict[str, Any]) -> None:
        raise error

    async with answering(handle=handle) as client:
        answer = await post(client, b'{"update_id": 41}')
    assert answer.status_code == 500
    assert "bug" not in answer.text
    assert "update 41 is not handled" in caplog.text
    assert ("Traceback" in caplog.text) is not isinstance(error, PaperboyError)


async def test_who_does_not_know_the_secret_is_turned_away() -> None:
    handled: list[dict[str, Any]] = []

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update)

    async with answering(handle=handle) as client:
        for secret in (None, "", "a-secret", SECRET + " x", SECRET.upper(), "x" * 500):
            answer = await post(client, b'{"update_id": 1}', secret)
            assert (secret, answer.status_code) == (secret, 403)
            assert SECRET not in answer.text
    assert handled == []


async def test_a_secret_outside_ascii_is_a_wrong_one_and_no_crash() -> None:
    async with answering(handle=nothing) as client:
        answer = await client.post(
            "/telegram",
            content=b"{}",
            headers=[(webhook.SECRET_HEADER.encode(), b"\xff\xe9")],
        )
    assert answer.status_code == 403


NO_UPDATES = {
    "empty": b"",
    "cut": b"{",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "a string": b'"update"',
    "not utf-8": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "a huge number": b"9" * 5_000,
    "a form": b"update_id=1",
}


async def test_what_is_no_update_is_refused() -> None:
    async with answering(handle=nothing) as client:
        answers = {
            name: (await post(client, content)).status_code
            for name, content in NO_UPDATES.items()
        }
    assert answers == dict.fromkeys(NO_UPDATES, 400)


async def test_an_update_is_at_most_a_mebibyte() -> None:
    largest = b'{"a": "' + b"x" * (webhook.MOST_BYTES - 9) + b'"}'
    assert len(largest) == webhook.MOST_BYTES
    async with answering(handle=nothing) as client:
        assert (await post(client, largest)).status_code == 200
        assert (await post(client, largest + b" ")).status_code == 413


async def test_an_endless_update_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    async with answering(handle=nothing) as client:
        try:
            answer = await client.post(
                "/telegram", content=endless(), headers={webhook.SECRET_HEADER: SECRET}
            )
            assert answer.status_code == 413
        except httpx.TransportError:  # the door was shut while it still talked
            pass
        assert (await client.get("/health")).status_code == 200


async def test_an_update_that_never_arrives_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "ARRIVES", 0.05)
    async with answering(handle=nothing) as client:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", client.base_url.port
        )
        writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n")
        writer.write(f"{webhook.SECRET_HEADER}: {SECRET}\r\n\r\n{{".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
        await writer.wait_closed()


async def test_a_sender_that_hangs_up_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with answering(handle=nothing) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n")
        writer.write(f"{webhook.SECRET_HEADER}: {SECRET}\r\n\r\n{{".encode())
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/health")).status_code == 200
    assert caplog.records == []


@pytest.mark.parametrize("path", ["/telegram", "/health"])
async def test_a_request_that_turns_out_to_be_no_http_is_no_error(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering(handle=nothing) as client:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", client.base_url.port
        )
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode()
        )
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()
        await writer.wait_closed()
    assert caplog.records == []


# --- crowds -----------------------------------------------------------------------------------------------------------


async def crowd(
    client: httpx.AsyncClient, count: int, said: bytes = b""
) -> list[asyncio.StreamWriter]:
    """Connections that say so much and then nothing."""
    opened = [
        await asyncio.open_connection("127.0.0.1", client.base_url.port)
        for _ in range(count)
    ]
    for _, writer in opened:
        writer.write(said)
    await asyncio.sleep(0)
    return [writer for _, writer in opened]


async def gone(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.transport.abort()
    await asyncio.sleep(0)


SAID = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a header": b"POST /telegram HTTP/1.1\r\nHost: x\r\nX-",
    "no body": b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
    "a page and a body that never comes": b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
async def test_a_crowd_that_says_no_more_holds_up_neither_health_nor_updates(
    said: bytes,
) -> None:
    handled: list[dict[str, Any]] = []

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update)

    async with answering(handle=handle) as client:
        silent = await crowd(client, 300, said)
        assert (await client.get("/health")).status_code == 200
        assert (await post(client, b'{"update_id": 7}')).status_code == 200
        await gone(silent)
    assert handled == [{"update_id": 7}]


@pytest.mark.parametrize(
    "said", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"]
)
async def test_who_makes_no_request_for_some_seconds_is_shown_out(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADER", 0.05)
    async with answering() as client:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", client.base_url.port
        )
        writer.write(said)
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionResetError):
                await reader.read()
        writer.transport.abort()


async def test_updates_that_take_long_hold_up_no_page_and_pages_no_update(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "UPDATES", 3)
    begun, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        begun.release()
        await may_end.wait()

    async with answering(handle=handle) as client:
        slow = [
            asyncio.create_task(post(client, b'{"update_id": 1}')) for _ in range(3)
        ]
        for _ in slow:
            await begun.acquire()
        assert (
            await post(client, b'{"update_id": 1}')
        ).status_code == 503  # Telegram brings it again
        assert (await client.get("/health")).status_code == 200
        may_end.set()
        assert {(await one).status_code for one in slow} == {200}
        assert (await post(client, b'{"update_id": 1}')).status_code == 200


async def test_a_webhook_below_a_path_is_served_there_and_where_a_proxy_takes_the_path_away() -> (
    None
):
    handled: list[dict[str, Any]] = []

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update)

    web = Web(
        "127.0.0.1:0",
        health=lambda: WELL,
        report=empty,
        hook=Hook("/bots/{our} one/telegram", SECRET, handle),
    )
    await web.start()
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        for path in ("/bots/{our} one/telegram", "/telegram"):
            answer = await client.post(
                path,
                content=b'{"update_id": 1}',
                headers={webhook.SECRET_HEADER: SECRET},
            )
            assert answer.status_code == 200
        assert (
            await client.post("/bots/telegram", headers={webhook.SECRET_HEADER: SECRET})
        ).status_code == 404
    await web.stop()
    assert len(handled) == 2


async def test_the_webhook_takes_posts_only() -> None:
    async with answering(handle=nothing) as client:
        assert (
            await client.get("/telegram", headers={webhook.SECRET_HEADER: SECRET})
        ).status_code == 405


@pytest.mark.parametrize(
    ("path", "secret"), [("telegram", SECRET), ("", SECRET), ("/telegram", "")]
)
def test_a_webhook_without_a_secret_or_a_path_is_refused(
    path: str, secret: str
) -> None:
    with pytest.raises(ValueError, match="secret"):
        Hook(path, secret, nothing)


# --- starting and stopping --------------------------------------------------------------------------------------------


async def test_the_address_names_the_port_the_system_chose() -> None:
    web = a_web()
    await web.start()
    assert web.address.startswith("http://127.0.0.1:")
    assert not web.address.endswith(":0")
    await web.stop()


async def test_it_listens_on_the_newer_kind_of_address_too() -> None:
    web = a_web("[::1]:0")
    try:
        await web.start()
    except PaperboyError:
        pytest.skip("this machine has no IPv6")
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        assert (await client.get("/health")).status_code == 200
    await web.stop()


async def test_a_port_that_is_taken_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            PaperboyError,
            match=f"can't listen on {listen}: .*Stop the program that is there",
        ):
            await a_web(listen).start()


async def test_a_host_that_is_not_this_one_is_said_in_words() -> None:
    with pytest.raises(PaperboyError, match=r"can't listen on 192\.0\.2\.1:0"):
        await a_web("192.0.2.1:0").start()


@pytest.mark.parametrize(
    "listen",
    ["127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:99999"],
)
def test_an_address_without_a_port_is_refused(listen: str) -> None:
    with pytest.raises(UsageError, match=r"web\.listen"):
        a_web(listen)


async def test_the_port_is_free_again_after_a_stop_and_it_can_start_anew() -> None:
    web = a_web()
    await web.start()
    first = web.address
    await web.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", httpx.URL(first).port)
    await web.start()
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        assert (await client.get("/health")).status_code == 200
    await web.stop()


async def test_stopping_what_never_started_or_twice_does_nothing() -> None:
    web = a_web()
    await web.stop()
    await web.start()
    await web.stop()
    await web.stop()


async def test_an_idle_visitor_does_not_hold_up_the_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEADER", 10 * PATIENCE)
    web = a_web()
    await web.start()
    port = httpx.URL(web.address).port
    idle, writer = await asyncio.open_connection("127.0.0.1", port)
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        await client.get("/health")  # and one that keeps its connection
        async with asyncio.timeout(PATIENCE):
            await web.stop()
    assert await idle.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_an_update_in_hand_is_finished_before_the_stop() -> None:
    begun, handled = asyncio.Event(), []

    async def handle(update: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        handled.append(update["update_id"])

    web = Web(
        "127.0.0.1:0",
        health=lambda: Health(True),
        report=empty,
        hook=Hook("/telegram", SECRET, handle),
    )
    await web.start()
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        answer = asyncio.create_task(post(client, b'{"update_id": 5}'))
        await begun.wait()
        await web.stop()
        assert handled == [5]
        assert (await answer).status_code == 200


async def test_signals_stay_with_the_bot() -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    async with answering():
        assert [
            signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)
        ] == before


async def test_visits_leave_nothing_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with answering(handle=nothing) as client:
        await client.get("/health")
        await client.get("/nowhere")
        await post(client, b"{}", "wrong")
        _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"what is this\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()
    assert [
        record
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore", "asyncio"))
    ] == []


async def test_a_stop_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    async with answering(handle=nothing) as client:
        await client.get("/metrics")
    gc.collect()
    assert asyncio.all_tasks() - before == set()
