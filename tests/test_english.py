"""What people read is English that a native reader does not stumble over: phrases once found do not come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.domain import plain_text
from tests.support.paths import ROOT

#: Files that people read as they are.
DOCUMENTS = [
    *(
        ROOT / name
        for name in (
            "README.md",
            "CHANGELOG.md",
            "config/example.env",
            "config/paperboy.toml",
        )
    ),
    ROOT / "config" / "topics.toml",
    *sorted((ROOT / "config" / "templates").rglob("*.j2")),
    *sorted((ROOT / "bot" / "sandbox" / "page").glob("*.html")),
    *sorted((ROOT / "bot" / "sandbox" / "page").glob("*.js")),
    *sorted((ROOT / "bot" / "cli").glob("*.html")),
]
#: What stands in texts that are not ours: steps that are frozen, and the sandbox, which has Telegram's own words.
NOT_OURS = ("bot/store/steps/", "bot/sandbox/refusals.py")
STUMBLES = {
    "is no …": r"(?<!there )\b(is|was) no (?!longer|more\b|such\b|one\b)\w",
    "are no …": r"(?<!there )\b(are|were) no (?!longer|more\b)\w",
    "I know no …": r"\bknow no\b",
    "is gone for me": r"\bgone for me\b",
    "tap what is so": r"\bwhat is so\b",
    "keep it from its work": r"\bfrom its work\b",
    "with its mend": r"\b(its|a|the|no) mend\b|\bmend (it|this|that)\b",
    "by themselves": r"\bby themselves\b",
    "no way to Telegram": r"\bno way to\b",
    "1 chats": r"\b1 (articles|chats|deliveries|files|readers|follows|posts|topics|minutes|seconds|hours|days)\b",
    "in what weather": r"\bin what weather\b",
    "not … any more": r"\bnot (there|known|needed|watched) any more\b",
    "… no more": r"\b(watched|delete it|send it|change it) no more\b",
    "begin anew": r"\b(anew|afresh)\b",
    "as it was told": r"\bis heeded\b|\bheeds\b",
}


def texts(module: Path) -> Iterator[str]:
    """Every text in a module's code; of the command line, docstrings too, since they are its help."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
        ):
            yield node.value
    if module.parent.name == "cli":
        commands = (
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        )
        yield from filter(None, map(ast.get_docstring, commands))


@cache
def everything() -> tuple[tuple[str, str], ...]:
    """Every place and what people read there."""
    return tuple(read())


def read() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        yield (
            str(document.relative_to(ROOT)),
            " ".join(document.read_text(encoding="utf-8").split()),
        )
    for module in sorted((ROOT / "bot").rglob("*.py")):
        name = module.relative_to(ROOT).as_posix()
        if not name.startswith(NOT_OURS):
            for text in texts(module):
                yield name, " ".join(text.split())


@pytest.mark.parametrize("stumble", STUMBLES)
def test_nothing_that_people_read_says(stumble: str) -> None:
    expression = re.compile(STUMBLES[stumble], re.IGNORECASE)
    found = [
        f"{place}: …{text[max(0, one.start() - 40) : one.end() + 40]}…"
        for place, text in everything()
        for one in expression.finditer(text)
    ]
    assert found == []


def test_there_is_something_to_read() -> None:
    assert len(everything()) > 1_000
    assert any("Show how things stand" in text for _, text in everything())


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        *(
            (count, "file", words)
            for count, words in ((0, "0 files"), (1, "1 file"), (2, "2 files"))
        ),
        *(
            (count, "delivery", words)
            for count, words in (
                (0, "0 deliveries"),
                (1, "1 delivery"),
                (2, "2 deliveries"),
            )
        ),
        *(
            (count, "day", words)
            for count, words in ((0, "0 days"), (1, "1 day"), (1_234, "1,234 days"))
        ),
    ],
)
def test_a_count_has_its_noun_in_the_right_number(
    count: int, noun: str, words: str
) -> None:
    assert plain_text.counted(count, noun) == words
