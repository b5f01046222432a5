"""What the bot takes when nothing happens, and how soon it is there after a start."""

from __future__ import annotations

import statistics
import time

from tests.bench import work
from tests.bench.measuring import Row, cpu, resident
from tests.bench.place import Place

SHARE, MEMORY, START = 1.0, 130.0, 1.5


def measure(place: Place) -> list[Row]:
    """Measure starts, and a quiet minute after the last of them."""
    files = place.size(100_000, 40)
    folder, database = place.articles(files), place.copy(place.scanned(files))
    took: list[float] = []
    rows: list[Row] = []
    while len(took) < place.times:
        with work.telegram() as telegram:
            began = time.monotonic_ns()
            with work.bot(telegram, folder, database) as process:
                took.append((telegram.wait_for(1, "getUpdates")[0] - began) / 1e9)
                if len(took) == place.times:
                    rows = _quiet(place, process.pid, files)
    reached = statistics.median(took)
    start = f"start to first poll, {files:,} articles known"
    return [Row(start, f"under {START} s", f"{reached:.2f} s", reached < START), *rows]


def _quiet(place: Place, pid: int, files: int) -> list[Row]:
    quiet = 0.2 if place.small else 60.0
    time.sleep(0.1 if place.small else 20)  # what a start takes is another matter
    used, began = cpu(pid), time.perf_counter()
    time.sleep(quiet)
    share = (cpu(pid) - used) / (time.perf_counter() - began) * 100
    held = resident(pid)
    return [
        Row(
            f"idle with {files:,} articles, {quiet:g} s",
            f"under {SHARE:.0f} % of one core",
            f"{share:.2f} %",
            share < SHARE,
        ),
        Row(
            "resident memory then",
            f"under {MEMORY:.0f} MB",
            f"{held:.0f} MB",
            held < MEMORY,
        ),
    ]
