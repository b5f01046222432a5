"""The demo's folder: a copy of the samples, where a click adds, edits or withdraws an article.

Knows nothing of the bot that reads the folder. Front matter is changed as text, line by line: the
rest of a file stays as its author wrote it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
#: Bytes from the start of a file in which its title must be.
_ENOUGH: Final = 64 * 1024


class FolderError(PaperboyError):
    """A request that the folder can't fulfil; `status` is the HTTP status of the answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as the page lists it; `name` is its path below the folder, with forward slashes."""

    name: str
    title: str
    withdrawn: bool = False


def _silence(_event: str, _data: Listing) -> None:
    """Do nothing: a folder without a page."""


class Folder:
    """A folder with the first samples, to which the others can be added.

    It is listed from the disk each time: files put there by hand are listed too, and a folder that
    is kept between two runs continues. `publish` is called with ("folder", listing) after each
    change; it may be set later, since its server needs `routes()` first. `shown` turns a title from
    a file into the title on a post.
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
        """Return the files in the folder, oldest first, and the samples that wait."""
        posted = [self._listed(path, self._folder) for path in self._posted()]
        waiting = [self._listed(path, self._samples) for path in self._waiting()]
        return {
            "posted": [asdict(file) for file in posted],
            "waiting": [{"name": file.name, "title": file.title} for file in waiting],
        }

    def drop(self, name: str | None = None) -> None:
        """Copy a waiting sample into the folder: by name, else the next. Raises FolderError."""
        nothing = "No sample is waiting to be dropped."
        self._copy(_chosen(self._waiting(), self._samples, name, 0, nothing))

    def edit(self, name: str | None = None) -> None:
        """Mark a title as updated: by file name, else the newest. Raises FolderError."""
        living = [
            path for path in self._posted() if not titles.is_removed(_beginning(path))
        ]
        path = _chosen(
            living, self._folder, name, -1, "No file in the folder can be edited."
        )
        self._rewrite(path, titles.with_title_updated)

    def withdraw(self, name: str) -> None:
        """Mark a file as removed, so that its posts are deleted. Raises FolderError."""
        path = _chosen(self._posted(), self._folder, name, -1, "The folder is empty.")
        self._rewrite(path, titles.with_removed)

    def routes(self) -> list[BaseRoute]:
        """Return the routes /sim/folder and /sim/folder/{drop,edit,withdraw}.

        Each answers with the listing or {"error"}.
        """
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
        there = {_name(path, self._folder) for path in _files(self._folder)}
        return [
            path
            for path in _files(self._samples)
            if _name(path, self._samples) not in there
        ]

    def _listed(self, path: Path, folder: Path) -> ListedFile:
        text = _beginning(path)
        title = self._shown(titles.title_of(text) or "")
        return ListedFile(
            _name(path, folder), title or path.stem, titles.is_removed(text)
        )

    def _copy(self, sample: Path) -> None:
        _put(self._folder / sample.relative_to(self._samples), sample.read_bytes())

    def _rewrite(self, path: Path, change: Callable[[str], str]) -> None:
        name = _name(path, self._folder)
        try:
            _put(path, change(path.read_bytes().decode()).encode())
        except titles.NoTitle as error:
            raise FolderError(f"{name}: {error}", 409) from error
        except UnicodeDecodeError as error:
            raise FolderError(f"{name}: This file isn't UTF-8 text.", 409) from error


async def _asked_name(request: Request) -> str | None:
    """Return the file that a request names.

    Only JSON is accepted: a form on another site can't send it without permission (CORS).
    """
    media_type, _, _ = request.headers.get("content-type", "").partition(";")
    if media_type.strip() != "application/json":
        raise FolderError("Send JSON.", 415)
    try:
        body = await request.json()
    except ValueError as error:
        raise FolderError("That isn't JSON.", 400) from error
    name = body.get("name") if isinstance(body, dict) else None
    return name if isinstance(name, str) else None


def _files(folder: Path) -> Iterator[Path]:
    """Yield article files below a folder by name, without links, which may lead out of it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _KINDS and path.is_file() and not path.is_symlink():
            yield path


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _touched(path: Path) -> tuple[int, Path]:
    """Return the sort key by modification time; a file that has just gone comes first."""
    try:
        return path.stat().st_mtime_ns, path
    except FileNotFoundError:
        return 0, path


def _beginning(path: Path) -> str:
    """Return the beginning of a file, wrong bytes replaced; empty if the file is gone."""
    try:
        with path.open("rb") as file:
            return file.read(_ENOUGH).decode(errors="replace")
    except OSError:
        return ""


def _chosen(
    paths: list[Path], folder: Path, name: str | None, default: int, nothing: str
) -> Path:
    """Return the path that a name stands for.

    The name comes from a browser: it is only compared, never joined to a path.
    """
    if name is None:
        if not paths:
            raise FolderError(nothing, 409)
        return paths[default]
    for path in paths:
        if _name(path, folder) == name:
            return path
    raise FolderError(f"{name}: there is no such file to take.", 404)


def _put(path: Path, content: bytes) -> None:
    """Write a file atomically: who watches the folder never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
