"""One file becomes an Article, or an ArticleError that gives the reason.

Lists nothing, and trusts nothing in the file. Never opened: what is not a regular file, what a link
puts outside the folder, what is too large.
"""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path
from typing import NamedTuple, NoReturn

import frontmatter

from bot.domain.article import Article
from bot.errors import ArticleError
from bot.feed import fields, front_matter, warnings

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
#: Bytes that are read at once of a file that has grown since its size was read.
_CHUNK = 65_536
_MESSAGES: dict[type[OSError], str] = {
    FileNotFoundError: "is no longer there",
    PermissionError: "can't be read: permission denied",
    NotADirectoryError: "is no longer there",
}


class Examined(NamedTuple):
    """An article, and what could not be read of it (see `warnings`) or empty."""

    article: Article
    warning: str


class Folder:
    """The feed's folder, to read one batch of files from.

    The real path of each sub-folder is found once.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._root = os.path.realpath(folder)
        self._max_bytes = max_bytes
        self._places: dict[str, str] = {}

    def read(self, path: str) -> Examined:
        """Return the article in the file `path`, which has the form that `folder.listing` gave.

        Raises ArticleError; its `unfinished` is set where the file may still be being written.
        """
        try:
            data = self._contents(path)
        except ValueError as error:
            raise ArticleError(path, "has a name no file can have") from error
        except OSError as error:
            raise ArticleError(path, _reason(error, path)) from error
        return examine(data, path)

    def _contents(self, path: str) -> bytes:
        """Return the bytes of a regular file inside the folder.

        The size is checked before a byte is read.
        """
        place, status = self._resolved(path)
        _check(status, path, self._max_bytes)
        # Not blocking: if a pipe has replaced the file since, opening it must not wait for a
        # writer.
        handle = os.open(place, _FLAGS)
        try:
            opened = os.fstat(handle)
            _check(opened, path, self._max_bytes)
            data = _whole(handle, status.st_size, self._max_bytes)
        finally:
            os.close(handle)
        if len(data) > self._max_bytes:
            raise ArticleError(path, f"is larger than {self._max_bytes:,} bytes")
        return data

    def _resolved(self, path: str) -> tuple[str, os.stat_result]:
        """Return a file's real path and status.

        A link may lead there, but not out of the folder.
        """
        start = path.rfind("/") + 1
        name = path[start:]
        parent = path.removesuffix(name)
        folder = self._places.get(parent)
        if folder is None:
            folder = self._real(parent, path)
            self._places[parent] = folder
        place = f"{folder}{os.sep}{name}"
        status = os.stat(place, follow_symlinks=False)  # noqa: PTH116 - Path would be a third of the time of a scan
        is_file = stat.S_ISREG(status.st_mode)
        if is_file and name:
            return place, status
        place = self._real(path, path)
        if not name:
            _raise_why_unreadable(place, path)
        return place, os.stat(place)  # noqa: PTH116 - as above

    def _real(self, path: str, named: str) -> str:
        """Return the real path. Raises ArticleError, which names `named`, if that is outside."""
        place = os.path.join(self._root, path)  # noqa: PTH118 - as above
        place = os.path.realpath(place)
        common = os.path.commonpath((self._root, place))
        if common != self._root:
            raise ArticleError(named, "is a link that leads out of the folder")
        return place


def read(folder: Path, path: str, *, max_bytes: int) -> Article:
    """Return the article in one file, as `Folder.read` does."""
    return Folder(folder, max_bytes).read(path).article


def parse(document: str | bytes, path: str) -> Article:
    """Return the article in a file's contents. Raises ArticleError, which names `path`."""
    return examine(document, path).article


def examine(document: str | bytes, path: str) -> Examined:
    """Return the article in a file's contents, and what could not be read.

    Raises ArticleError.
    """
    if isinstance(document, bytes):
        document = _decoded(document, path)
    text = _without_carriage_returns(document)
    body = text.lstrip()
    if not body:
        raise ArticleError(path, "is empty", unfinished=True)
    start = len(text) - len(body)
    lines_before = text.count("\n", 0, start)
    handler = front_matter.FrontMatter(path, lines_before)
    values, _ = frontmatter.parse(body, handler=handler)
    article = fields.article(values, path)
    warning = warnings.of(values, article, body, lines_before)
    return Examined(article, warning)


def _raise_why_unreadable(place: str, path: str) -> NoReturn:
    """Raise the error for which the listing had to leave a folder out."""
    os.listdir(place)  # noqa: PTH208 - Path would be slower
    raise ArticleError(path, "is a folder that could not be read a moment ago")


def _reason(error: OSError, path: str) -> str:
    """Return why a file can't be read, for people."""
    if isinstance(error, FileNotFoundError) and "\\x" in path:
        return "has a name that is not UTF-8 or holds control characters: rename it"
    kind = type(error)
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    return f"can't be read: {error.strerror}"


def _whole(handle: int, size: int, most: int) -> bytes:
    """Return the contents of a file of about `size` bytes.

    Of one larger than `most` bytes: more than `most` bytes.
    """
    data = os.read(handle, size + 1)
    while len(data) <= most:
        more = os.read(handle, _CHUNK)
        if not more:
            break
        data += more
    return data


def _check(status: os.stat_result, path: str, max_bytes: int) -> None:
    """Raise ArticleError unless `status` is that of a regular file of at most `max_bytes`."""
    mode, size = status.st_mode, status.st_size
    if stat.S_ISDIR(mode):
        raise ArticleError(path, "is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise ArticleError(path, "is a pipe, socket or device, not a file")
    if size > max_bytes:
        raise ArticleError(path, f"is larger than {max_bytes:,} bytes: it has {size:,}")


def _decoded(data: bytes, path: str) -> str:
    """Return the text of `data`: UTF-8, or UTF-16 where a byte order mark says so."""
    encoding, name = "utf-8-sig", "UTF-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, name = "utf-16", "UTF-16"
    elif b"\0" in data:
        raise ArticleError(path, "is not text: it holds NUL bytes")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        is_cut_off = error.end >= len(data)
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"is not {name}: line {line}"
        raise ArticleError(path, reason, unfinished=is_cut_off, line=line) from None


def _without_carriage_returns(text: str) -> str:
    """Return `text` with `\\n` as its only line end, and without byte order marks."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        text = text.replace("\r", "\n")
    if "\ufeff" in text:
        text = text.replace("\ufeff", "")
    return text
