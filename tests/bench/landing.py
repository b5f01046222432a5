"""How long a file that lands among many takes to reach Telegram: with the folder watched, and where it can't be."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.bench import work
from tests.bench.measuring import Row, percentile
from tests.bench.place import Place, count

CHANNEL = -1001234567890
MEDIAN, WORST, INTERVAL = 100.0, 400.0, 2.0


def measure(place: Place) -> list[Row]:
    """Measure landings."""
    files, landings = place.size(100_000, 40), place.size(200, 3)
    watched = _landings(place, files, landings, ("-m", "bot", "run"), 30.0)
    told = f"median {percentile(watched, 0.5):.0f} ms, worst of {landings} {max(watched):.0f} ms"
    ok = percentile(watched, 0.5) < MEDIAN and max(watched) < WORST
    interval = 0.3 if place.small else INTERVAL
    blind = _landings(
        place, files, place.size(20, 1), ("-m", "tests.bench.landing"), interval
    )
    return [
        Row(
            f"a file landing among {files:,}",
            f"median under {MEDIAN:.0f} ms, worst under {WORST:.0f} ms",
            told,
            ok,
        ),
        Row(
            "the same, the folder not watched",
            f"within one interval (here {interval:g} s)",
            f"worst of {len(blind)} {max(blind):.0f} ms",
            max(blind) < interval * 1000,
        ),
    ]


def _landings(
    place: Place, files: int, landings: int, program: tuple[str, ...], interval: float
) -> list[float]:
    """Let files land one after another; return for each the milliseconds until the server had the request."""
    folder, database = place.articles(files), place.copy(place.scanned(files))
    channel = {
        "PAPERBOY_CHANNELS": f'[{{"chat": "{CHANNEL}"}}]',
        "PAPERBOY_FEED__INTERVAL_SECONDS": str(interval),
    }
    took = []
    try:
        with (
            work.telegram() as telegram,
            work.bot(telegram, folder, database, program=program, **channel),
        ):
            _awake(telegram, folder, database)
            for number in range(1, landings + 1):
                time.sleep(0.05 if place.small else 0.2)  # apart, as files land
                began = work.land(folder, 1_000_000 + number)
                arrived = telegram.wait_for(number + 1, chat=CHANNEL, pause=0.01)
                assert len(arrived) == number + 1, "an article was posted twice"
                took.append((arrived[-1] - began) / 1e6)
    finally:
        for file in folder.glob("landed-*.md"):
            file.unlink()
    return took


def _awake(telegram: work.Telegram, folder: Path, database: Path) -> None:
    """Wait until the channel has begun, before which all is old to it, and a first file comes through."""
    work.until(
        lambda: (
            count(database, "SELECT count(*) FROM chats WHERE begun IS NOT NULL") > 0
        )
    )
    work.land(folder, 1_000_000)
    telegram.wait_for(1, chat=CHANNEL)


def _run_unwatched() -> None:
    """Run the bot where the system can't watch folders."""
    from bot import cli
    from bot.feed import watch

    async def changes(folder: Path, *_: Any) -> AsyncIterator[set[str]]:
        raise watch.WatchUnavailable(folder, "for the benchmark")
        yield set()

    watch.changes = changes
    sys.argv = ["paperboy", "run"]
    cli.main()


if __name__ == "__main__":
    _run_unwatched()
