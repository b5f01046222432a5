"""One small run of each benchmark, for its result: that benchmarks can't rot. No time is asserted."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.bench.__main__ import NAMES, _lines
from tests.bench.measuring import Row, Table, machine
from tests.bench.place import Place


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_comes_to_its_end_and_its_results_are_right(
    name: str, tmp_path: Path
) -> None:
    found = importlib.import_module(f"tests.bench.{name}").measure(
        Place(tmp_path, small=True, times=1)
    )
    rows = [one for one in found if isinstance(one, Row)]
    assert rows
    assert all(row.what and row.must and row.reached for row in rows)
    assert all(
        len(line) == len(table.heads)
        for table in found
        if isinstance(table, Table)
        for line in table.lines
    )
    assert len(_lines(found)) > len(rows)


def test_the_machine_is_named_without_a_name_or_a_path() -> None:
    assert "cores" in machine()
    assert "/" not in machine()
