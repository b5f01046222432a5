"""How long an article takes to be planned for all who follow it, and whether commands are answered meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench import documents, work
from tests.bench.answering import Asker
from tests.bench.measuring import Row, memory, percentile
from tests.bench.place import Place, count, fill

SECONDS, GROWTH = 4.0, 30.0
#: Looked at so often, without a lock and without reading what is being written: the benchmark must not be the load.
_PAUSE = 0.05
_PLANNED = "SELECT count(*) FROM deliveries WHERE lane = 2"
_LEFT = "SELECT (SELECT count(*) FROM fanouts), EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending')"


def measure(place: Place) -> list[Row]:
    """Measure the planning; what is planned goes out slowly meanwhile."""
    readers = place.size(1_000_000, 1_500)
    took, grown, answers = [], [], []
    for _ in range(1 if place.small else min(place.times, 3)):
        with place.empty() as folder, work.telegram() as telegram:
            database = _followed(place, readers, folder.with_name("fresh.db"))
            with work.bot(
                telegram, folder, database, PAPERBOY_PACE__MESSAGES_PER_SECOND="1"
            ) as process:
                time.sleep(0.2 if place.small else 3)
                asker = Asker(telegram, ("/latest", "/help"))
                held, peak = memory(process.pid), 0.0
                began = time.perf_counter()
                work.land(folder, 1, (documents.RARE,))
                for _ in _until_planned(database):
                    asker.ask()
                    peak = max(peak, memory(process.pid))
                took.append(time.perf_counter() - began)
                grown.append(peak - held)
                assert count(database, _PLANNED) == readers
                answers += asker.answers()
    seconds, growth = statistics.median(took), max(grown)
    late = percentile(answers, 0.99)
    return [
        Row(
            f"planning one article for {readers:,} follows",
            f"under {SECONDS:.0f} s",
            f"{seconds:.1f} s; commands meanwhile: p99 {late:.0f} ms of {len(answers)}",
            seconds < SECONDS,
        ),
        Row("memory it takes", "flat", f"{growth:+.0f} MB", growth < GROWTH),
    ]


def _followed(place: Place, readers: int, database: Path) -> Path:
    """Return a database in which so many readers follow one topic."""
    made = place.root / f"followed-{readers}.db"
    if not made.exists():
        fill(made, readers, (documents.RARE,))
    shutil.copy(made, database)
    os.sync()  # or the bot's first commit waits for the copy
    return database


def _until_planned(database: Path) -> Iterator[None]:
    """Come back now and then until the article's last follower is planned."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as looking:
        while looking.execute(_LEFT).fetchone() != (0, 1):
            yield
            time.sleep(_PAUSE)
