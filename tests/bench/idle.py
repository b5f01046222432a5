"""What the bot takes when nothing happens, and how soon it is there after a start."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from tests.bench import work
from tests.bench.measuring import Row, cpu, memory
from tests.bench.place import Place

SHARE, MEMORY, START = 1.0, 130.0, 1.5


def measure(place: Place) -> list[Row]:
    """Measure starts and a quiet minute."""
    files = place.size(100_000, 40)
    folder, database = place.articles(files), place.copy(place.scanned(files))
    quiet = _idle(place, folder, database, files)
    return [_start(place, folder, database, files), *quiet]


def _start(place: Place, folder: Path, database: Path, files: int) -> Row:
    took = []
    for _ in range(place.size(place.times, 1)):
        with work.telegram() as telegram:
            began = time.monotonic_ns()
            with work.bot(telegram, folder, database):
                took.append((telegram.wait_for(1, "getUpdates")[0] - began) / 1e9)
    reached = statistics.median(took)
    return Row(
        f"start to first poll, {files:,} articles known", f"under {START} s", f"{reached:.2f} s", reached < START
    )


def _idle(place: Place, folder: Path, database: Path, files: int) -> list[Row]:
    quiet = 0.2 if place.small else 60.0
    with work.telegram() as telegram, work.bot(telegram, folder, database) as process:
        time.sleep(0.1 if place.small else 20)  # what a start takes is another matter
        used, began = cpu(process.pid), time.perf_counter()
        time.sleep(quiet)
        share = (cpu(process.pid) - used) / (time.perf_counter() - began) * 100
        held = memory(process.pid)
    return [
        Row(
            f"idle with {files:,} articles, {quiet:g} s",
            f"under {SHARE:.0f} % of one core",
            f"{share:.2f} %",
            share < SHARE,
        ),
        Row("resident memory then", f"under {MEMORY:.0f} MB", f"{held:.0f} MB", held < MEMORY),
    ]
