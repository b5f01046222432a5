"""The words that no template holds: they stand in `labels`, and no other room writes one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from bot.conversation import commands
from bot.domain.arrival import Waits
from bot.domain.availability import Closed
from bot.domain.notices import Decision
from bot.rendering import labels
from tests.support.paths import ROOT

#: The operator's commands and the sandbox show nothing in Telegram.
ELSEWHERE = ("bot/rendering/", "bot/cli/", "bot/sandbox/")
MODULES = [
    path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "bot").rglob("*.py"))
]
MODULES = [module for module in MODULES if not module.startswith(ELSEWHERE)]
#: What a room may write: a name of a template, a state, a Bot API method; no words of a sentence.
KEY = re.compile(r"[a-z_]*(?:[/.][a-z_]+)*|[a-z]+[A-Z]\w*|\W*")
#: Fields of a Bot API method in which people read its words.
SHOWN = {"text", "caption", "description", "short_description"}
#: The modules of this room that make what readers get; the others make notices and reports.
MAKERS = {
    *("posts", "post_edits", "replies", "topic_replies", "search_replies"),
    *("keyboards", "labels", "layout"),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def for_readers(tree: ast.Module) -> set[str]:
    """Return the names that a module imports of what makes posts, replies and buttons."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = {one.asname or one.name for one in node.names}
            if node.module == "bot.rendering":
                names |= named & MAKERS
            if node.module.removeprefix("bot.rendering.") in MAKERS:
                names |= named
    return names


def is_unseen(node: ast.AST) -> bool:
    """Return True for what no reader sees: lines of the log, errors, docstrings, annotations."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).startswith("_log.")
    return isinstance(node, ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts in a piece of code that a reader could see."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if not is_unseen(child):
            yield from texts(child)


def written(source: str) -> list[str]:
    """Return the words for readers that a module writes itself.

    In every function that makes a post, a reply or a button, and in every field that shows words.
    """
    tree = ast.parse(source)
    names = for_readers(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, Function):
            used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            if used & names:
                found += list(texts(node))
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SHOWN:
                    found += list(texts(value))
    return [text for text in found if not KEY.fullmatch(text)]


@pytest.mark.parametrize("module", MODULES)
def test_no_other_room_writes_words_for_readers(module: str) -> None:
    assert written((ROOT / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        'def f(t): return keyboards.tap(f"Follow {t}", Act.FOLLOW)',
        'def f(t):\n    label = "Done"\n    return keyboards.tap(label, Act.DONE)',
        'def f(t): return replies.latest(t, (), "Your topic")',
        'MENU = {"command": "help", "description": "all commands"}',
    ],
)
def test_words_that_another_room_writes_are_found(code: str) -> None:
    imports = "from bot.rendering import keyboards, replies\n"
    assert written(imports + code) != []


def test_keys_and_lines_of_the_log_are_no_words_for_readers() -> None:
    code = """
from bot.rendering import replies
def f(templates):
    '''Answer a sticker.'''
    _log.info("It was a sticker.")
    return replies.not_understood(templates, "sticker")
"""
    assert written(code) == []


def test_a_command_has_a_description_and_no_other_words() -> None:
    assert {one.name for one in commands.COMMANDS} == set(labels.COMMANDS)
    texts = {
        key for key, kind in commands.Command.__annotations__.items() if kind == "str"
    }
    assert texts == {"name"}


def test_every_decision_has_a_label_and_every_reason_to_wait_its_words() -> None:
    assert set(labels.DECISIONS) == set(Decision)
    assert set(labels.WAITS) == set(Waits) - {Waits.NOTHING}


def test_every_reason_why_a_chat_is_closed_has_words() -> None:
    assert set(labels.CLOSED) == set(Closed)
