"""What every benchmark needs: rows of results, medians, processes with what they used. Measures nothing by itself."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the results: what was measured, what must be reached, what was."""

    what: str
    must: str
    reached: str
    #: Whether it was; None where nothing is asked.
    ok: bool | None = None


@dataclass(slots=True)
class Table:
    """A table of its own, such as how a cost grows."""

    title: str
    heads: Sequence[str]
    lines: list[Sequence[str]] = field(default_factory=list)


def machine() -> str:
    """Return the machine in neutral words: cores, memory, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores ({platform.machine()}), {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def median(times: int, measure: Callable[[], float]) -> float:
    """Return the median of several measurements."""
    return statistics.median(measure() for _ in range(times))


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of `values` (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def python(
    *arguments: str, executable: str = sys.executable, **variables: str
) -> subprocess.Popen[str]:
    """Start Python with our code in reach; nothing of `PAPERBOY_` comes from outside."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PAPERBOY_")
    }
    return subprocess.Popen(
        [executable, *arguments],
        env=kept | {"PYTHONPATH": str(ROOT)} | variables,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(
    process: subprocess.Popen[str], patience: float = 15.0
) -> Iterator[subprocess.Popen[str]]:
    """End a process with the block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def family(pid: int) -> list[int]:
    """Return a process and its children's numbers."""
    found = [pid]
    for one in found:
        try:
            told = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += map(int, told.split())
    return found


def cpu(pid: int) -> float:
    """Return the processor seconds a process and its children that live have used."""
    return sum(map(_cpu, family(pid)))


def memory(pid: int) -> float:
    """Return the megabytes a process and its children hold, what they share counted once (PSS)."""
    return sum(map(_proportional, family(pid)))


def resident(pid: int) -> float:
    """Return the megabytes a process holds, what it shares included (RSS)."""
    return (
        int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        * os.sysconf("SC_PAGE_SIZE")
        / 2**20
    )


def _cpu(pid: int) -> float:
    try:
        fields = (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="utf-8")
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def _proportional(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(
        (
            int(line.split()[1]) / 1024
            for line in told.splitlines()
            if line.startswith("Pss:")
        ),
        0.0,
    )
