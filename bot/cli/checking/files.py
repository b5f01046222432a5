"""The operator's templates and topics: unused files, unknown parents. Renders nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.cli.checking.finding import Finding, warning
from bot.domain import topics
from bot.domain.topics import Taxonomy, Topic
from bot.errors import PaperboyError
from bot.rendering import unused_templates

_TOPICS = "topics.toml"


def findings(
    configured: Path | None, taxonomy: Taxonomy, carried: Iterable[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the files beside the settings.

    carried: topics that articles carry.
    """
    if configured is None:
        return
    yield from _templates(configured / "templates")
    yield from _topics_file(configured)
    yield from _parents(configured / _TOPICS, taxonomy, list(carried))


def _templates(folder: Path) -> Iterator[Finding]:
    try:
        unused = unused_templates.unused(folder) if folder.is_dir() else []
    except (PaperboyError, OSError):  # a broken template is reported by itself
        return
    for name, nearest in unused:
        fix = "Remove it, or give it the name of a shipped one."
        if nearest:
            fix = f"Rename it to {nearest}, or remove it."
        yield warning(
            f"templates: {folder / name}: nothing uses a template of this name", fix
        )


def _topics_file(configured: Path) -> Iterator[Finding]:
    """Warn of a file whose name is nearly that of the file of topics."""
    if (configured / _TOPICS).is_file() or not configured.is_dir():
        return
    others = sorted(
        one.name
        for one in configured.iterdir()
        if one.suffix.lower() in (".toml", ".tml")
    )
    for name in difflib.get_close_matches(_TOPICS, others, 1, 0.7):
        yield warning(
            f"topics: {configured / name}: nothing reads a file of this name",
            f"Rename it to {_TOPICS}.",
        )


def _parents(file: Path, taxonomy: Taxonomy, carried: list[str]) -> Iterator[Finding]:
    described = [one for one in taxonomy if not one.sample]
    names = list(dict.fromkeys([*(one.name for one in taxonomy), *carried]))
    known = {topics.key(name) for name in names}
    for one in described:
        if not one.parent:
            continue
        if topics.key(taxonomy.name(one.parent)) not in known:
            yield _without_parent(file, one, names)
        elif _leads_to_itself(one, taxonomy):
            yield warning(
                f"topics: {file}: “{one.name}” is below itself: its parent leads back to it",
                "Remove the parent of one of these topics.",
            )


def _without_parent(file: Path, one: Topic, names: list[str]) -> Finding:
    near = topics.nearest([one.parent], [name for name in names if name != one.name], 1)
    fix = (
        f"Did you mean {near[0]}?"
        if near
        else "Describe that topic too, or remove the parent."
    )
    return warning(
        f"topics: {file}: “{one.name}” has the parent “{one.parent}”, which is not a topic",
        fix,
    )


def _leads_to_itself(one: Topic, taxonomy: Taxonomy) -> bool:
    parents = {}
    for topic in taxonomy:
        if topic.parent:
            parents[topics.key(topic.name)] = topics.key(taxonomy.name(topic.parent))
    start = here = topics.key(one.name)
    for _ in parents:
        here = parents.get(here, "")
        if here == start:
            return True
    return False
