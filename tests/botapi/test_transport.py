"""The connection under the messenger: what it raises, which way it goes, and what it sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from telegram.error import NetworkError, TimedOut

from bot.botapi import transport as wire
from bot.botapi.transport import NotSent, Parameters, Transport
from bot.errors import UsageError

FAR = "http://bots.example"
Meet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def transport(
    address: str = FAR, *, answer: float = 20.0, connections: int = 4, pool: float = 5.0
) -> Transport:
    return Transport(
        address,
        connections=connections,
        answer=answer,
        connect=5.0,
        pool=pool,
        direct=False,
    )


@asynccontextmanager
async def served(meet: Meet) -> AsyncIterator[str]:
    """A server that meets each connection its own way."""
    met: list[asyncio.Task[None]] = []

    async def meeting(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        met.extend(filter(None, [asyncio.current_task()]))
        await meet(reader, writer)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    server = await asyncio.start_server(meeting, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*met)


async def raised(sent: Transport, address: str) -> NetworkError:
    try:
        with pytest.raises(NetworkError) as met:
            await sent.do_request(f"{address}/x", "POST", Parameters({"chat_id": 1}))
        return met.value
    finally:
        await sent.shutdown()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b'"chat_id": 1')


async def say_nothing(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.read()


async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b'"chat_id": 1')
    writer.write(
        b"HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_a_door_that_is_closed_is_told_from_an_answer_that_was_lost() -> None:
    async with served(hang_up) as gone:
        pass
    assert isinstance((await raised(transport(), gone)).__cause__, NotSent)
    async with served(hang_up) as address:
        error = await raised(transport(), address)
        assert not isinstance(error, TimedOut)
        assert not isinstance(error.__cause__, NotSent)


async def test_an_answer_that_does_not_come_in_time_may_have_been_sent() -> None:
    async with served(say_nothing) as address:
        error = await raised(transport(answer=0.05), address)
    assert isinstance(error, TimedOut)
    assert not isinstance(error.__cause__, NotSent)


async def test_a_call_that_found_no_free_connection_was_not_sent() -> None:
    taken = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.set()
        await say_nothing(reader, writer)

    async with served(take) as address:
        sent = Transport(
            address, connections=1, answer=20.0, connect=0.05, pool=0.05, direct=True
        )
        first = asyncio.ensure_future(
            sent.do_request(f"{address}/x", "POST", Parameters({"chat_id": 1}))
        )
        await taken.wait()
        error = await raised(sent, address)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert isinstance(error, TimedOut)
    assert isinstance(error.__cause__, NotSent)


@pytest.mark.parametrize("address", ["http://:80", "ftp://127.0.0.1", "nowhere"])
async def test_an_address_that_is_none_was_not_asked(address: str) -> None:
    assert isinstance((await raised(transport(), address)).__cause__, NotSent)


async def test_no_redirect_is_followed() -> None:
    async with served(redirect) as address:
        sent = transport()
        assert await sent.do_request(
            f"{address}/x", "POST", Parameters({"chat_id": 1})
        ) == (
            302,
            b"",
        )
        await sent.shutdown()


async def test_a_closed_transport_says_so_until_it_is_begun_anew() -> None:
    async with served(redirect) as address:
        sent = transport()
        await sent.shutdown()
        with pytest.raises(RuntimeError, match="closed"):
            await sent.do_request(f"{address}/x", "POST", Parameters({"chat_id": 1}))
        await sent.initialize()
        assert await sent.do_request(
            f"{address}/x", "POST", Parameters({"chat_id": 1})
        ) == (
            302,
            b"",
        )
        await sent.shutdown()


@pytest.mark.parametrize(
    ("variables", "address", "proxy"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, "https://bots.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, FAR, None),
        ({"all_proxy": "p:1"}, FAR, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "bots.example"}, FAR, None),
        ({}, FAR, None),
    ],
)
def test_the_proxy_is_the_environments(
    variables: dict[str, str],
    address: str,
    proxy: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert transport(address).proxy == proxy


def test_a_proxy_that_cannot_be_used_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://p:1")
    with pytest.raises(UsageError, match="socks5"):
        transport()


def test_plain_data_goes_out_as_one_json_object() -> None:
    sent = Parameters(
        {
            "text": "ä",
            "chat_id": 1,
            "silent": True,
            "nothing": None,
            "keyboard": {"rows": []},
        }
    )
    assert json.loads(sent.json_payload) == {
        "text": "ä",
        "chat_id": 1,
        "silent": True,
        "keyboard": {"rows": []},
    }


async def test_an_answer_without_an_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it comes as fast as can be or a byte at a time."""
    monkeypatch.setattr(wire, "_MOST", 100_000)
    monkeypatch.setattr(wire, "_TRICKLE", -9.9)

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b'"chat_id": 1')
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b"x" * 300_000
        )
        with suppress(ConnectionError):
            await reader.read()

    async def trickle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b'"chat_id": 1')
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.02)

    async with served(flood) as address:
        assert "too large" in str(await raised(transport(address), address))
    async with served(trickle) as address:
        assert isinstance(
            await raised(transport(address, answer=0.1), address), TimedOut
        )
