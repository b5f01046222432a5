"""How long an article takes to be planned for all who follow it, and whether commands are answered meanwhile."""

from __future__ import annotations

import statistics
import time

from tests.bench import documents, work
from tests.bench.answering import Asker
from tests.bench.measuring import Row, memory, percentile
from tests.bench.place import Place, count, fill

SECONDS, GROWTH = 4.0, 30.0
_PLANNED = "SELECT count(*) FROM deliveries WHERE lane = 2"
_LEFT = "SELECT count(*) FROM fanouts"


def measure(place: Place) -> list[Row]:
    """Measure the planning; what is planned goes out slowly meanwhile."""
    readers = place.size(1_000_000, 1_500)
    took, grown, answers = [], [], []
    for _ in range(1 if place.small else 3):
        with place.empty() as folder, work.telegram() as telegram:
            database = folder.with_name("fresh.db")
            fill(database, readers, (documents.RARE,))
            with work.bot(telegram, folder, database, PAPERBOY_PACE__MESSAGES_PER_SECOND="1") as process:
                time.sleep(0.2 if place.small else 3)
                asker = Asker(telegram, ("/latest", "/help"))
                held, peak = memory(process.pid), 0.0
                began = time.perf_counter()
                work.land(folder, 1, (documents.RARE,))
                while not (planned := count(database, _PLANNED)) or count(database, _LEFT):
                    asker.ask()
                    peak = max(peak, memory(process.pid))
                    time.sleep(0.05)
                took.append(time.perf_counter() - began)
                grown.append(peak - held)
                assert planned == readers
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
