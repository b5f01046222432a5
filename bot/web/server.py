"""The HTTP server and its pages, run in the bot's own event loop. Gathers no data itself.

No page shows a token: anything that looks like one is replaced before it is sent.
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
from bot.web.connections import Connections
from bot.web.health import Health
from bot.web.metrics import MEDIA_TYPE, Metrics

#: Seconds that requests under way have to finish after `stop` is called.
GRACE = 5
#: Seconds for which `/health` keeps its list of channels that get nothing.
KEPT = 10.0
#: Seconds `/health` waits for the database at most.
PATIENCE = 1.0
#: Updates handled at the same time: Telegram opens up to 100 connections.
UPDATES = 100
#: Pages answered at the same time.
PAGES = 20
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
        """Prepare to listen on "host:port"; with port 0 the system chooses one.

        Raises UsageError for anything else.
        """
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
        #: "http://host:port", once started.
        self.address = ""

    async def start(self) -> None:
        """Listen and answer. Raises PaperboyError if it can't listen there."""
        listening = _open(self._listen, self._host, self._port)
        host = f"[{self._host}]" if ":" in self._host else self._host
        _, port, *_ = listening.getsockname()
        self.address = f"http://{host}:{port}"
        self._server = server = _Server(_config(self._app))
        self._task = asyncio.create_task(server.serve([listening]), name="web")
        await server.ready.wait()

    async def stop(self) -> None:
        """Take no more requests, finish those under way, and free the port."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    def _routes(self, hook: Hook | None) -> Starlette:
        pages = {"/health": self._answer_health, "/metrics": self._answer_metrics}
        page_limit = _ConcurrencyLimit(PAGES)
        routes = [Route(path, page_limit.apply(page)) for path, page in pages.items()]
        if hook:
            updates = _ConcurrencyLimit(UPDATES).apply(webhook.page(hook))
            routes += [_route_to(path, updates) for path in hook.paths]
        app = Starlette(routes=routes)
        # A redirect would lead to whatever host the request names.
        app.router.redirect_slashes = False
        return app

    async def _answer_health(self, request: Request) -> Response:
        health = self._health()
        content: dict[str, bool | list[str]] = {"ok": health.ok}
        if not health.ok:
            content["reasons"] = list(map(_without_token, health.reasons))
        waiting = await self._channels_waiting()
        if waiting:
            content["waiting"] = list(map(_without_token, waiting))
        return JSONResponse(content, status_code=200 if health.ok else 503)

    async def _channels_waiting(self) -> list[str]:
        """Return the channels that get nothing now, and why. They don't make the bot unhealthy."""
        now = asyncio.get_running_loop().time()
        if now < self._waiting_until:
            return self._waiting
        self._waiting_until = now + KEPT
        try:
            async with asyncio.timeout(PATIENCE):
                report = await self._report()
        except Exception:  # logged where the report failed, or by /metrics
            self._waiting = []
        else:
            self._waiting = [
                _waits(channel) for channel in report.channels if channel.waits
            ]
        return self._waiting

    async def _answer_metrics(self, request: Request) -> Response:
        try:
            report = await self._report()
        except Exception as error:
            _log.error(
                "no metrics: %s", error, exc_info=not isinstance(error, PaperboyError)
            )
            sorry = "The report could not be made; the log says why.\n"
            return PlainTextResponse(sorry, status_code=503)
        text = self._metrics.text(report, up=self._health().ok)
        return Response(_without_token(text), media_type=MEDIA_TYPE)


def _waits(channel: ChannelStatus) -> str:
    until = f" until {channel.until:%d %B %H:%M} UTC" if channel.until else ""
    return f"{channel.title or channel.name} gets nothing{until}: {channel.waits}"


def _route_to(path: str, page: Page) -> Route:
    """Return the route to a literal path; Starlette would read braces in it as parameters."""
    route = Route("/", page, methods=["POST"])
    route.path_regex = re.compile(f"^{re.escape(path)}$")
    return route


class _ConcurrencyLimit:
    """Allows a number of requests at a time and refuses others: pages don't delay updates."""

    def __init__(self, most: int) -> None:
        self._free = most

    def apply(self, page: Page) -> Page:
        """Return `page` with its requests counted."""

        async def answer(request: Request) -> Response:
            if self._free <= 0:
                closing = {"Connection": "close"}
                return PlainTextResponse("Too many requests at once.\n", 503, closing)
            self._free -= 1
            try:
                return await page(request)
            finally:
                self._free += 1

        return answer


class _Server(uvicorn.Server):
    """uvicorn inside a running loop: leaves signals to whoever runs it."""

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
    """Return uvicorn's settings. Warnings are off: broken requests would fill the log."""
    return uvicorn.Config(
        app,
        http=Connections().connection,  # type: ignore[arg-type]  # called like the class
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
        raise UsageError(
            f"web.listen: {listen} needs an address and a port up to 65535, "
            'like "127.0.0.1:8080"'
        )
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


def _without_token(text: str) -> str:
    return _TOKEN.sub("[token]", text)
