"""`python -m tests.simulation [SEED=n] [DAYS=d] [KILLS=k] [LINE=p]`; no seed: fresh ones for a minute.

LINE is the probability of each kind of fault of the line.

The last line is the SHA-256 of the event log. Fresh seeds derive from the commit, so that a run of
them can be repeated.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count

from tests.simulation.simulation import simulate
from tests.support.paths import ROOT

#: Seconds for which fresh seeds are tried.
MINUTE = 60.0


def main() -> int:
    """Simulate; return 1 if something is wrong."""
    words = (word.partition("=") for word in sys.argv[1:])
    given = {name: value for name, _, value in words if value}
    days, kills = float(given.get("DAYS", 0.1)), int(given.get("KILLS", 10))
    line = float(given.get("LINE", 0))
    for seed in [int(given["SEED"])] if "SEED" in given else _fresh():
        result = simulate(seed, days, kills, line)
        size = f"{result.events} events, {result.steps} steps"
        print(f"seed {seed}: {days:g} days, {kills} kills, {size}")
        if result.problems:
            print("\n".join(["last:", *result.last[-40:], "wrong:", *result.problems]))
            print(
                f"again: make simulate SEED={seed} DAYS={days:g} KILLS={kills} LINE={line:g}"
            )
        print(result.digest, flush=True)
        if result.problems:
            return 1
    return 0


def _fresh() -> Iterator[int]:
    """Yield seeds of the commit that is checked out."""
    command = ("git", "rev-parse", "--short=7", "HEAD")
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    end = time.monotonic() + MINUTE
    for seed in count(int(done.stdout.strip() or "0", 16)):
        if time.monotonic() > end:
            return
        yield seed


if __name__ == "__main__":
    sys.exit(main())
