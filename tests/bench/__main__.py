"""`python -m tests.bench [NAME…]`: runs the benchmarks and writes RESULTS.md."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measuring import Row, Table, machine
from tests.bench.place import Place

NAMES = ("scan", "landing", "fanout", "planning", "answering", "idle", "growth")
RESULTS = Path(__file__).parent / "RESULTS.md"
_ABOUT = """# Benchmarks

Written by `make bench`, {day}, on {machine}. Ratios and rates are medians of {times}, both sides measured turn by turn
in one run; servers and rivals run in processes of their own.
"""


def main() -> int:
    """Run all benchmarks, or those that are named; 1 when something that must be reached was not."""
    options = _options()
    results: list[Row | Table] = []
    with tempfile.TemporaryDirectory(prefix="paperboy-bench-") as root:
        place = Place(Path(root), small=options.small, times=options.times)
        for name in options.only or NAMES:
            print(f"— {name}", file=sys.stderr, flush=True)
            found = _measured(name, place)
            print("\n".join(_lines(found)), file=sys.stderr, flush=True)
            results += found
    if not options.only and not options.small:
        text = _ABOUT.format(
            day=datetime.now(UTC).date(), machine=machine(), times=options.times
        )
        RESULTS.write_text("\n".join([text, *_lines(results), ""]), encoding="utf-8")
    return int(any(isinstance(one, Row) and one.ok is False for one in results))


def _measured(name: str, place: Place) -> list[Row | Table]:
    """Return what a benchmark found; one that breaks costs none of the others their results."""
    try:
        found: list[Row | Table] = importlib.import_module(
            f"tests.bench.{name}"
        ).measure(place)
    except Exception as error:
        traceback.print_exc()
        return [
            Row(name, "comes to its end", f"broke off ({type(error).__name__})", False)
        ]
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        metavar="NAME",
        help=f"one of {', '.join(NAMES)}; all when none is given",
    )
    parser.add_argument(
        "--small", action="store_true", help="a smoke run, whose times mean nothing"
    )
    parser.add_argument(
        "--times", type=int, default=5, help="measurements of which the median counts"
    )
    return parser.parse_args()


def _lines(results: list[Row | Table]) -> list[str]:
    rows = [one for one in results if isinstance(one, Row)]
    lines = ["| what | must reach | reached | |", "|---|---|---|---|"] if rows else []
    marks = {True: "yes", False: "**no**", None: ""}
    lines += [
        f"| {one.what} | {one.must} | {one.reached} | {marks[one.ok]} |" for one in rows
    ]
    for table in (one for one in results if isinstance(one, Table)):
        lines += [
            "",
            f"## {table.title}",
            "",
            f"| {' | '.join(table.heads)} |",
            "|---" * len(table.heads) + "|",
        ]
        lines += [f"| {' | '.join(line)} |" for line in table.lines]
    return lines


if __name__ == "__main__":
    sys.exit(main())
