"""Reads many files, on all cores where there are many.

Lists nothing and records nothing; see `document`. A core reads some 4,000 documents a second. Where
processes can't be had, or die, a thread goes on with the rest.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import aclosing, contextmanager
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.record import ArticleRecord, pack
from bot.errors import ArticleError
from bot.feed import document

#: From this number of files on, several processes are faster than one: their start takes as long
#: as some thousand files.
MANY = 2_000
#: Batches that each process reads ahead of the one that is waited for: they wait in memory.
_AHEAD = 2
_log = logging.getLogger(__name__)

#: A ParsedFile as a pool's process sends it: without names, which takes a third of the time.
_Flat = tuple[Any, ...]


class ParsedFile(NamedTuple):
    """A file that was read: an article, or the reason why it is not one.

    `unfinished` as in ArticleError.
    """

    path: str
    record: ArticleRecord | None = None
    reason: str = ""
    unfinished: bool = False
    #: What of the article's fields could not be read.
    warning: str = ""


class Readers(NamedTuple):
    """Processes that read files, one a core."""

    pool: Executor
    cores: int


def start_readers() -> Readers:
    """Return a process for each core; they start with the first call."""
    cores = _cores()
    context = multiprocessing.get_context("spawn")
    return Readers(ProcessPoolExecutor(cores, context, _begin), cores)


#: As `start_readers`.
StartReaders = Callable[[], Readers]


def read(paths: Sequence[str], folder: Path, max_bytes: int) -> list[ParsedFile]:
    """Read files, in their order. Paths have the form that `folder.listing` gave."""
    reader = document.Folder(folder, max_bytes)
    return [_parse(reader, path) for path in paths]


async def read_all(
    batches: Sequence[Sequence[str]],
    folder: Path,
    max_bytes: int,
    start: StartReaders = start_readers,
) -> AsyncGenerator[list[ParsedFile], None]:
    """Yield the files of each batch, batch after batch, while others are being read."""
    done = 0
    files = sum(map(len, batches))
    if files >= MANY:
        work = partial(_read_flat, folder=folder, max_bytes=max_bytes)
        try:
            read_everywhere = _on_all_cores(batches, work, start())
            async with aclosing(read_everywhere) as read_batches:
                async for batch in read_batches:
                    yield batch
                    done += 1
        except OSError as error:
            # No processes to be had here, or one of them was killed.
            _log.warning("files are read by one process only: %s", error)
    for paths in batches[done:]:
        yield await asyncio.to_thread(read, paths, folder, max_bytes)


def _read_flat(paths: Sequence[str], folder: Path, max_bytes: int) -> list[_Flat]:
    """As `read`, in the process of a pool."""
    flat = []
    for file in read(paths, folder, max_bytes):
        path, record, *rest = file
        flat_record = record.flat() if record else None
        flat.append((path, flat_record, *rest))
    return flat


def _named(flat: _Flat) -> ParsedFile:
    path, flat_record, *rest = flat
    record = None
    if flat_record:
        record = ArticleRecord.of_flat(flat_record)
    return ParsedFile(path, record, *rest)


async def _on_all_cores(
    batches: Sequence[Sequence[str]], work: partial[list[_Flat]], readers: Readers
) -> AsyncGenerator[list[ParsedFile], None]:
    """Yield the batches as processes read them. Raises OSError where that can't be."""
    pool, cores = readers
    loop = asyncio.get_running_loop()
    waiting: deque[asyncio.Future[list[_Flat]]] = deque()
    try:
        for paths in batches:
            # The first call starts the processes, and they start as this thread is.
            with _interrupts_blocked():
                waiting.append(loop.run_in_executor(pool, work, paths))
            if len(waiting) > cores * _AHEAD:
                yield list(map(_named, await waiting.popleft()))
        while waiting:
            yield list(map(_named, await waiting.popleft()))
    except RuntimeError as error:  # concurrent.futures' BrokenExecutor
        raise OSError(str(error)) from error
    finally:
        for one in waiting:
            one.cancel()
        pool.shutdown(wait=False, cancel_futures=True)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Put off Ctrl-C until the block ends, where the system can.

    Processes that are started in the block never see it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Start a process: its parent handles Ctrl-C, and it ends when the parent does."""
    gc.disable()  # it lives as long as one scan, and an article refers to no other
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    waiter = threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True)
    waiter.start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _parse(reader: document.Folder, path: str) -> ParsedFile:
    try:
        article, warning = reader.read(path)
    except ArticleError as error:
        return ParsedFile(path, reason=error.reason, unfinished=error.unfinished)
    return ParsedFile(path, pack(article), warning=warning)
