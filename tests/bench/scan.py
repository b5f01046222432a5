"""How fast the folder is read: all of it for the first time, beside the stock loop; and again, nothing changed."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.store import search
from bot.store.thread import Store
from tests.bench.measuring import Row, memory, python, running
from tests.bench.place import Place, scanner, settings
from tests.bench.place import count as counted

COLD, MEMORY, UNCHANGED = 8.0, 250.0, 2.5


def measure(place: Place) -> list[Row]:
    """Measure the scans."""
    files = place.size(100_000, 60)
    return [*_cold(place, files), _unchanged(place, files)]


def _cold(place: Place, files: int) -> list[Row]:
    """The stock loop takes a share of the files each time, all of them together; ours takes all each time."""
    folder = place.articles(files)
    stock, ours, peaks = [], [], []
    share = files // place.times
    for turn in range(place.times):
        stock.append(_stock(place, folder, turn * share, (turn + 1) * share))
        rate, peak = _whole(place, folder, files)
        ours.append(rate)
        peaks.append(peak)
    ratio = statistics.median(
        one / other for one, other in zip(ours, stock, strict=True)
    )
    told = f"{ratio:.1f} × ({statistics.median(ours):,.0f} files/s; the stock loop {statistics.median(stock):,.0f})"
    highest = max(peaks)
    return [
        Row(
            f"cold scan of {files:,} articles, searchable",
            f"{COLD:.0f} × the stock loop",
            told,
            ratio >= COLD,
        ),
        Row(
            "peak memory of that scan, all its processes",
            f"under {MEMORY:.0f} MB",
            f"{highest:.0f} MB",
            highest < MEMORY,
        ),
    ]


def _stock(place: Place, folder: Path, first: int, last: int) -> float:
    """Return the stock loop's files a second."""
    with tempfile.TemporaryDirectory(dir=place.root) as fresh:
        script = str(Path(__file__).parent / "rivals" / "stock_loop.py")
        with running(
            python(script, f"{fresh}/stock.db", str(folder), str(first), str(last))
        ) as process:
            return float(process.communicate()[0])


def _whole(place: Place, folder: Path, files: int) -> tuple[float, float]:
    """Run `paperboy scan`, its start and end included; return files a second and the highest memory in MB."""
    with tempfile.TemporaryDirectory(dir=place.root) as fresh:
        database = Path(fresh, "paperboy.db")
        began = time.perf_counter()
        with (
            running(
                python("-m", "bot", "scan", **settings(folder, database))
            ) as process,
            watched(process.pid) as peak,
        ):
            process.communicate()
        rate = files / (time.perf_counter() - began)
        assert counted(database, "SELECT count(*) FROM articles") == files
        assert _finds(database, files - 1), "what was scanned can't be found"
    return rate, peak[0]


@contextmanager
def watched(pid: int, pause: float = 0.1) -> Iterator[list[float]]:
    """Give the highest memory of a process and its children while the block runs, in MB."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(pause):
            peak[0] = max(peak[0], memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _finds(database: Path, number: int) -> bool:
    with closing(Store(database)) as store:
        found = asyncio.run(_ask(store, str(number)))
    return any(article.endswith(f"({number})") for article in found)


async def _ask(store: Store, words: str) -> list[str]:
    found = await store(search.page, words)
    return [one.article.title for one in found.articles]


def _unchanged(place: Place, files: int) -> Row:
    folder, database = place.articles(files), place.copy(place.scanned(files))
    with closing(Store(database)) as store:
        ratios = asyncio.run(_looks(store, folder, place.times))
    ratio = statistics.median(ours / bare for ours, bare in ratios)
    ours, bare = (statistics.median(one) * 1000 for one in zip(*ratios, strict=True))
    told = f"{ratio:.2f} × ({ours:,.0f} ms; the bare walk {bare:,.0f} ms)"
    return Row(
        f"scan of {files:,}, nothing changed",
        f"within {UNCHANGED} × of a bare walk with stat",
        told,
        ratio < UNCHANGED,
    )


async def _looks(store: Store, folder: Path, times: int) -> list[tuple[float, float]]:
    """Return the seconds of a scan and of a bare walk, side by side."""
    looking = scanner(store, folder)
    pairs = []
    for _ in range(times + 1):
        began = time.perf_counter()
        report = await looking.scan()
        between = time.perf_counter()
        walked = walk(str(folder))
        pairs.append((between - began, time.perf_counter() - between))
        assert report.files == report.unchanged == walked, "something changed"
    return pairs[1:]  # the first finds the disk cold


def walk(folder: str) -> int:
    """Walk a folder as barely as one can: `scandir` and a `stat` for each file; return how many there are."""
    found = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found += walk(entry.path)
            else:
                entry.stat()
                found += 1
    return found
