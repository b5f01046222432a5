"""The folder of the demo: a copy of the samples, into which one drops the next, edits one, withdraws one.

It doesn't know what an article is worth, nor that a bot reads along: it only puts files where a person would. Front
matter is changed as text, a line at a time, so that the rest of a file stays as its author wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import PaperboyError
from bot.sandbox import titles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request

    Listing = dict[str, list[dict[str, Any]]]

_KINDS: Final = (".md", ".markdown", ".txt")
_ENOUGH: Final = 64 * 1024  # bytes


class FolderError(PaperboyError):
    """The folder can't do what was asked; `status` is the HTTP status that says so."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as the page lists it; `name` is its path below the folder, with forward slashes."""

    name: str
    title: str
    withdrawn: bool = False


def _silence(_event: str, _data: Listing) -> None:
    """Tell nobody: a folder without a page."""


class Folder:
    """The samples, of which the first few lie in `folder` from the start and the others wait to be dropped.

    What lies there is read from the disk each time, so a file put there by hand is listed too, and a folder that is
    kept between two runs goes on where it was. `publish` is called with ("folder", listing) after each change; it may
    be set later, as it belongs to a server that needs `routes()` first.
    """

    def __init__(
        self,
        samples: Path,
        folder: Path,
        first: int = 8,
        publish: Callable[[str, Listing], None] = _silence,
        shown: Callable[[str], str] = str,
    ) -> None:
        self.publish = publish
        self._shown = shown
        self._samples = samples
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for sample in list(_files(samples))[:first]:
            if not (folder / _name(sample, samples)).exists():
                self._copy(sample)

    def listing(self) -> Listing:
        """What lies in the folder, oldest first, and what waits: {"posted": […], "waiting": […]}."""
        posted = [self._paper(path, self._folder) for path in self._posted()]
        waiting = [self._paper(path, self._samples) for path in self._waiting()]
        return {
            "posted": [{"name": p.name, "title": p.title, "withdrawn": p.withdrawn} for p in posted],
            "waiting": [{"name": p.name, "title": p.title} for p in waiting],
        }

    def drop(self, name: str | None = None) -> None:
        """Put a waiting sample into the folder: the one named, else the next. Raises FolderError."""
        self._copy(_chosen(self._waiting(), self._samples, name, 0, "No sample is waiting to be dropped."))

    def edit(self, name: str | None = None) -> None:
        """Mark a title as updated: the named file's, else the newest one's. Raises FolderError."""
        living = [path for path in self._posted() if not titles.is_removed(_beginning(path))]
        path = _chosen(living, self._folder, name, -1, "No file in the folder can be edited.")
        self._rewrite(path, titles.with_title_updated)

    def withdraw(self, name: str) -> None:
        """Mark a file as removed, which takes its posts back. Raises FolderError."""
        path = _chosen(self._posted(), self._folder, name, -1, "The folder is empty.")
        self._rewrite(path, titles.with_removed)

    def routes(self) -> list[BaseRoute]:
        """GET /sim/folder and POST /sim/folder/{drop,edit,withdraw}; each answers the listing or {"error"}."""
        return [
            Route("/sim/folder", self._answer_listing),
            Route("/sim/folder/{verb:str}", self._answer_change, methods=["POST"]),
        ]

    async def _answer_listing(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.listing))

    async def _answer_change(self, request: Request) -> Response:
        try:
            name = await _asked_name(request)
            verb: str = request.path_params["verb"]
            await run_in_threadpool(self._change, verb, name)
            listing = await run_in_threadpool(self.listing)
        except FolderError as error:
            return JSONResponse({"error": str(error)}, status_code=error.status)
        self.publish("folder", listing)
        return JSONResponse(listing)

    def _change(self, verb: str, name: str | None) -> None:
        if verb == "drop":
            self.drop(name)
        elif verb == "edit":
            self.edit(name)
        elif verb == "withdraw" and name is not None:
            self.withdraw(name)
        else:
            raise FolderError("One can drop, edit, or withdraw a named file.", 404)

    def _posted(self) -> list[Path]:
        return sorted(_files(self._folder), key=_touched)

    def _waiting(self) -> list[Path]:
        lying = {_name(path, self._folder) for path in _files(self._folder)}
        return [path for path in _files(self._samples) if _name(path, self._samples) not in lying]

    def _paper(self, path: Path, folder: Path) -> Paper:
        text = _beginning(path)
        title = self._shown(titles.title_of(text) or "")
        return Paper(_name(path, folder), title or path.stem, titles.is_removed(text))

    def _copy(self, sample: Path) -> None:
        _put(self._folder / sample.relative_to(self._samples), sample.read_bytes())

    def _rewrite(self, path: Path, change: Callable[[str], str]) -> None:
        try:
            _put(path, change(path.read_bytes().decode()).encode())
        except (titles.NoTitle, UnicodeDecodeError) as error:
            reason = str(error) if isinstance(error, titles.NoTitle) else "This file isn't UTF-8 text."
            raise FolderError(f"{_name(path, self._folder)}: {reason}", 409) from error


async def _asked_name(request: Request) -> str | None:
    """The file a request names. Only JSON is heard: another site's form can't send that without our leave (CORS)."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise FolderError("Send JSON.", 415)
    try:
        body = await request.json()
    except ValueError as error:
        raise FolderError("That isn't JSON.", 400) from error
    name = body.get("name") if isinstance(body, dict) else None
    return name if isinstance(name, str) else None


def _files(folder: Path) -> Iterator[Path]:
    """Article files below a folder, by name; links are left alone, as they may lead out of it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _KINDS and path.is_file() and not path.is_symlink():
            yield path


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _touched(path: Path) -> tuple[int, Path]:
    """When a file was last written, so that the newest comes last; a file that has just gone comes first."""
    try:
        return path.stat().st_mtime_ns, path
    except FileNotFoundError:
        return 0, path


def _beginning(path: Path) -> str:
    """As much of a file as can hold its title, with what can't be read replaced; "" for one that is gone."""
    try:
        with path.open("rb") as file:
            return file.read(_ENOUGH).decode(errors="replace")
    except OSError:
        return ""


def _chosen(paths: list[Path], folder: Path, name: str | None, default: int, nothing: str) -> Path:
    """The path a name stands for. A name is only compared, never joined to a path: it comes from a browser."""
    if name is None:
        if not paths:
            raise FolderError(nothing, 409)
        return paths[default]
    for path in paths:
        if _name(path, folder) == name:
            return path
    raise FolderError(f"{name}: there is no such file to take.", 404)


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: whoever watches the folder never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
