"""The tests themselves: where they lie, what they share, and that a fixture's name means one type everywhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.paths import ROOT, TESTS

FILES = sorted(TESTS.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef
#: What a fixture that yields says it returns.
YIELDING = ("Iterator", "AsyncIterator", "Generator", "AsyncGenerator")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def fixtures(file: Path) -> Iterator[Function]:
    for node in ast.walk(tree(file)):
        if isinstance(node, Function) and any(
            "fixture" in ast.unparse(one) for one in node.decorator_list
        ):
            yield node


def names(file: Path) -> dict[str, str]:
    """Return each name that a file imports or a class that it defines, with what it stands for."""
    found = {}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom):
            found |= {
                one.asname or one.name: f"{node.module}.{one.name}"
                for one in node.names
            }
        if isinstance(node, ast.ClassDef):
            found[node.name] = f"{module(file)}.{node.name}"
    return found


def value_type(fixture: Function, known: dict[str, str]) -> str:
    """Return the full name of the type of a fixture's value."""
    returned = fixture.returns
    if returned is None:
        return "nothing said"
    if isinstance(returned, ast.Subscript) and ast.unparse(returned.value) in YIELDING:
        returned = returned.slice
    first, dot, rest = ast.unparse(returned).partition(".")
    return known.get(first, first) + dot + rest


def test_a_fixture_name_means_one_type() -> None:
    """A reader who knows a fixture from one file knows it in all of them."""
    types: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in FILES:
        known = names(file)
        for fixture in fixtures(file):
            types[fixture.name][value_type(fixture, known)].append(module(file))
    assert len(types) > 30
    assert {name: dict(found) for name, found in types.items() if len(found) > 1} == {}
    assert [
        name
        for name, found in types.items()
        if found.keys() & {"Any", "typing.Any", "object", "nothing said"}
    ] == []


def test_no_test_imports_another() -> None:
    """What tests share is in tests/support."""
    for file in FILES:
        imported = [
            node.module or ""
            for node in ast.walk(tree(file))
            if isinstance(node, ast.ImportFrom)
        ]
        imported += [
            one.name
            for node in ast.walk(tree(file))
            if isinstance(node, ast.Import)
            for one in node.names
        ]
        found = [
            name for name in imported if name.startswith("tests.") and ".test_" in name
        ]
        assert found == [], f"{module(file)}: imports {found}"


def test_there_is_one_conftest() -> None:
    """A fixture is defined in the file that uses it, or in the one file for all."""
    assert [module(file) for file in FILES if file.name == "conftest.py"] == [
        "tests.conftest"
    ]


@pytest.mark.proof
def test_without_real_documents_one_line_says_so() -> None:
    """What reads them is skipped, in files of several rooms, and each is counted in that line."""
    environment = os.environ | {"REAL_FEED": ""}
    files = [
        "tests/feed/test_document_real.py",
        "tests/rendering/test_posts_edits.py",
        "tests/torture/eleven_months.py",
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "real",
        "-p",
        "no:cacheprovider",
        *files,
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert len(told) == 1, done.stdout
    assert re.fullmatch(
        r"SKIPPED \[8\] tests/conftest\.py:\d+: REAL_FEED is not set: .+", told[0]
    )
    assert done.returncode == 0


def test_what_reads_real_documents_is_marked() -> None:
    """It would fail where there are none."""
    real = {"tests.support.paths.REAL_FEED", "tests.support.paths.REAL_SEEDS"}
    tests = [
        file
        for file in FILES
        if file.name.startswith("test_") and real & set(names(file).values())
    ]
    assert len(tests) == 5
    assert [
        module(file)
        for file in tests
        if "pytest.mark.real" not in file.read_text(encoding="utf-8")
    ] == []


#: Folders of tests that try more than one room, and files that hold the whole project to something.
WHOLE = ("bench", "simulation", "story", "torture")
HOUSE = ("ci", "documents", "english", "house", "samples", "tests", "wheel")
#: Named for the folder of the texts it compares with.
GOLDEN = "tests/rendering/test_golden.py"
TEST_FILES = [
    file.relative_to(ROOT).as_posix() for file in FILES if file.name.startswith("test_")
]


def subjects(room: Path) -> set[str]:
    """Return what a test of a room may be named for: one of its modules, or the room itself."""
    return {
        path.stem for path in room.iterdir() if path.suffix == ".py" or path.is_dir()
    } | {room.name}


@pytest.mark.parametrize("path", TEST_FILES)
def test_a_test_is_named_for_its_module(path: str) -> None:
    """tests/<room>/test_<module>.py, with more words behind where a module has several files of tests."""
    folder = Path(path).parent.relative_to("tests")
    name = Path(path).stem.removeprefix("test_")
    if folder.name in WHOLE or path == GOLDEN or (folder == Path() and name in HOUSE):
        return
    known = subjects(ROOT / "bot" / folder)
    words = name.split("_")
    assert any(
        "_".join(words[:count]) in known for count in range(1, len(words) + 1)
    ), f"no module of bot/{folder}"


def test_names_are_short() -> None:
    """A docstring of one sentence says what a name of ninety letters can't."""
    names = [
        node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, Function)
    ]
    assert [name for name in names if len(name) > 90] == []
