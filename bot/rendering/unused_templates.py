"""Files in an operator's folder of templates that nothing uses. Renders nothing."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from jinja2 import meta

from bot import shipped
from bot.errors import TemplateBroken
from bot.rendering import template_errors
from bot.rendering.templates import ENDING


def unused(folder: Path) -> list[tuple[str, str]]:
    """Return the files in an operator's folder that nothing uses, each with a similar shipped name.

    The shipped name is empty if none is similar. Raises TemplateBroken for a template that does
    not compile.
    """
    own = _files(folder)
    shipped_ones = _files(shipped.config() / "templates")
    used = {*shipped_ones, *_included(folder, own)}
    missing = [name for name in shipped_ones if name not in own]
    found = []
    for name in own:
        if name not in used and not _is_hidden(name):
            near = _nearest(name, missing)
            found.append((name, near))
    return found


def _files(folder: Path) -> list[str]:
    """Return the paths of the files in a folder and below, relative to it."""
    names = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder)
            names.append(name.as_posix())
    return names


def _is_hidden(name: str) -> bool:
    """Return True for editors' backups, and for what lies in a hidden folder or is hidden."""
    if name.endswith("~") or name.startswith("."):
        return True
    return "/." in name


def _included(folder: Path, names: Sequence[str]) -> set[str]:
    """Return the names of the templates that the templates among `names` use."""
    environment = jinja2.Environment(autoescape=True)
    found: set[str] = set()
    for name in names:
        if not name.endswith(ENDING):
            continue
        file = folder / name
        try:
            tree = environment.parse(file.read_text(encoding="utf-8"))
        except (jinja2.TemplateError, UnicodeDecodeError) as error:
            reason = template_errors.reason(error)
            raise TemplateBroken(f"{file}: {reason}") from error
        referenced = meta.find_referenced_templates(tree)
        found.update(filter(None, referenced))
    return found


def _nearest(name: str, names: Sequence[str]) -> str:
    """Return the most similar of `names`, without regard to folder and ending; may be empty."""
    by_word: dict[str, str] = {}
    for one in names:
        by_word.setdefault(_word(one), one)
    word = _word(name).lower()
    for near in difflib.get_close_matches(word, by_word, 1, 0.7):
        return by_word[near]
    return ""


def _word(name: str) -> str:
    """Return the name of a file without its folder and endings."""
    return Path(name).name.partition(".")[0]
