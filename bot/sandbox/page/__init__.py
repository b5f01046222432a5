"""The files of the chat page, served as they are. Knows no message and no chat.

The policy sent with each answer forbids the browser to load anything from another server.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from starlette.requests import Request

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY: Final = (
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
)
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def routes() -> list[BaseRoute]:
    """Return the routes: `/` is the page, `/page/<name>` one of its files."""
    return [Route("/", _index), Route("/page/{name}", _asset)]


async def _index(_request: Request) -> Response:
    return _served("index.html")


async def _asset(request: Request) -> Response:
    name: str = request.path_params["name"]
    if name not in _names():
        return PlainTextResponse(
            "The page has no such file.", status_code=404, headers=_HEADERS
        )
    return _served(name)


def _names() -> set[str]:
    """Return the names of the files that are served: this folder's, of the known types."""
    return {
        entry.name
        for entry in files(__package__).iterdir()
        if _kind(entry.name) in _TYPES
    }


def _kind(name: str) -> str:
    return name[name.rfind(".") :]


def _served(name: str) -> Response:
    content = files(__package__).joinpath(name).read_bytes()
    return Response(content, media_type=_TYPES[_kind(name)], headers=_HEADERS)
