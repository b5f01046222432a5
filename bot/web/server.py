"""The HTTP server: it runs in the bot's own event loop and stops with it. Asks others how things stand.

Pages hold no token: what looks like one is blotted out on its way, wherever it came from.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import Awaitable, Callable, Generator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.botapi.webhook import Hook
from bot.errors import PaperboyError, UsageError
from bot.rendering.report import ChannelStatus, StatusReport
from bot.web import webhook
from bot.web.health import Health
from bot.web.metrics import MEDIA_TYPE, Metrics
from bot.web.visitors import Visitors

#: What is being answered when `stop` is called has so many seconds to finish; then it is cut off.
GRACE = 5
#: Seconds for which `/health` tells the same of channels that wait, and that it waits for the database at most.
KNOWN, PATIENCE = 10.0, 1.0
#: Updates that are taken in at once: Telegram makes up to 100 connections. And pages that are answered at once.
UPDATES, PAGES = 100, 20
_TOKEN = re.compile(r"[0-9]{5,16}:[A-Za-z0-9_-]{30,64}")
_log = logging.getLogger(__name__)
Page = Callable[[Request], Awaitable[Response]]


class Web:
    """`/health`, `/metrics` and, with a hook, the path Telegram posts updates to."""

    def __init__(
        self,
        listen: str,
        *,
        health: Callable[[], Health],
        report: Callable[[], Awaitable[StatusReport]],
        hook: Hook | None = None,
    ) -> None:
        """Answer at `listen`, "host:port"; port 0 lets the system choose one. Raises UsageError for anything else."""
        self._listen = listen
        self._host, self._port = _parts(listen)
        self._health = health
        self._report = report
        self._metrics = Metrics()
        self._app = self._routes(hook)
        self._waiting: list[str] = []
        self._waiting_until = 0.0
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        #: Where it answers, as "http://host:port", once started.
        self.address = ""

    async def start(self) -> None:
        """Listen and answer. Raises PaperboyError when the address can't be had."""
        listening = _open(self._listen, self._host, self._port)
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self.address = f"http://{shown}:{listening.getsockname()[1]}"
        self._server = _Server(_config(self._app))
        self._task = asyncio.create_task(self._server.serve([listening]), name="web")
        await self._server.ready.wait()

    async def stop(self) -> None:
        """Take no more requests, finish those that came, and let go of the port."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    def _routes(self, hook: Hook | None) -> Starlette:
        pages = {"/health": self._tell_health, "/metrics": self._tell_metrics}
        reading = _AtOnce(PAGES)
        routes = [Route(path, reading.limited(page)) for path, page in pages.items()]
        if hook:
            taking_in = _AtOnce(UPDATES).limited(webhook.page(hook))
            routes += [_at(path, taking_in) for path in hook.paths]
        app = Starlette(routes=routes)
        app.router.redirect_slashes = False  # it would send people to whatever host they claim to have asked
        return app

    async def _tell_health(self, request: Request) -> Response:
        health = self._health()
        told: dict[str, bool | list[str]] = {"ok": health.ok}
        if not health.ok:
            told["reasons"] = list(map(_discreet, health.reasons))
        if waiting := await self._channels_waiting():
            told["waiting"] = list(map(_discreet, waiting))
        return JSONResponse(told, status_code=200 if health.ok else 503)

    async def _channels_waiting(self) -> list[str]:
        """Return the channels that get nothing now and why: no fault of the bot's, so they make it no less well."""
        now = asyncio.get_running_loop().time()
        if now >= self._waiting_until:
            self._waiting_until = now + KNOWN
            try:
                async with asyncio.timeout(PATIENCE):
                    self._waiting = [_waits(one) for one in (await self._report()).channels if one.waits]
            except Exception:  # why there is no report is said by whoever fails at it, or by /metrics
                self._waiting = []
        return self._waiting

    async def _tell_metrics(self, request: Request) -> Response:
        try:
            report = await self._report()
        except Exception as error:
            _log.error("no metrics: %s", error, exc_info=not isinstance(error, PaperboyError))
            return PlainTextResponse("The report could not be made; the log says why.\n", status_code=503)
        text = self._metrics.text(report, up=self._health().ok)
        return Response(_discreet(text), media_type=MEDIA_TYPE)


def _waits(channel: ChannelStatus) -> str:
    until = f" until {channel.until:%d %B %H:%M} UTC" if channel.until else ""
    return f"{channel.title or channel.name} gets nothing{until}: {channel.waits}"


def _at(path: str, page: Page) -> Route:
    """Return the route to a path as it is: in Starlette's own, braces would stand for anything."""
    route = Route("/", page, methods=["POST"])
    route.path_regex = re.compile(f"^{re.escape(path)}$")
    return route


class _AtOnce:
    """Answers so many requests at once; others are told to come again, so that one kind never holds up another."""

    def __init__(self, most: int) -> None:
        self._free = most

    def limited(self, page: Page) -> Page:
        """Return `page`, with its requests counted."""

        async def answer(request: Request) -> Response:
            if self._free <= 0:
                return PlainTextResponse("Too many requests at once.\n", 503, {"Connection": "close"})
            self._free -= 1
            try:
                return await page(request)
            finally:
                self._free += 1

        return answer


class _Server(uvicorn.Server):
    """Uvicorn as a guest: the signals stay with whoever runs the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _config(app: Starlette) -> uvicorn.Config:
    """Return uvicorn's settings. Its warnings are about strangers' broken requests, which must not fill the log."""
    return uvicorn.Config(
        app,
        http=Visitors().connection,  # type: ignore[arg-type]  # called as the class would be
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )


def _parts(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise UsageError(f'web.listen: {listen} needs an address and a port up to 65535, like "127.0.0.1:8080"')
    return host.removeprefix("[").removesuffix("]"), int(port)


def _open(listen: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PaperboyError(
            f"web.listen: can't listen on {listen}: {error.strerror or error}. "
            "Stop the program that is there, or choose another address or port."
        ) from error


def _discreet(text: str) -> str:
    return _TOKEN.sub("[token]", text)
