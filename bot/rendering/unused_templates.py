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
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    own = [path.relative_to(folder).as_posix() for path in files]
    shipped_folder = shipped.config() / "templates"
    shipped_ones = jinja2.FileSystemLoader(shipped_folder).list_templates()
    included = _included(folder, [name for name in own if name.endswith(ENDING)])
    known = included.union(shipped_ones)
    missing = [name for name in shipped_ones if name not in own]
    strange = [name for name in own if name not in known and not _is_hidden(name)]
    return [(name, _nearest(name, missing)) for name in strange]


def _is_hidden(name: str) -> bool:
    """Return True for editors' backups, and for what lies in a hidden folder or is hidden."""
    return name.endswith("~") or any(part.startswith(".") for part in name.split("/"))


def _included(folder: Path, names: Sequence[str]) -> set[str]:
    """Return the names of the templates that these include, import or extend."""
    environment = jinja2.Environment(autoescape=True)
    found: set[str] = set()
    for name in names:
        try:
            tree = environment.parse((folder / name).read_text(encoding="utf-8"))
        except (jinja2.TemplateError, UnicodeDecodeError) as error:
            reason = template_errors.reason(error)
            raise TemplateBroken(f"{folder / name}: {reason}") from error
        found.update(one for one in meta.find_referenced_templates(tree) if one)
    return found


def _nearest(name: str, names: Sequence[str]) -> str:
    """Return the most similar of `names`, without regard to folder and ending; may be empty."""
    by_word: dict[str, str] = {}
    for one in names:
        by_word.setdefault(Path(one).name.removesuffix(ENDING), one)
    word = Path(name).name.partition(".")[0].lower()
    near = difflib.get_close_matches(word, by_word, 1, 0.7)
    return by_word[near[0]] if near else ""
