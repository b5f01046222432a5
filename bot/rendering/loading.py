"""Loads templates and taxonomy of a configuration folder. Renders nothing."""

from __future__ import annotations

from pathlib import Path

from bot.rendering.templates import Templates
from bot.settings import taxonomy


def words(folder: Path | None) -> Templates:
    """Return a folder's checked templates and taxonomy; for what it lacks, the shipped ones.

    Shipped templates are checked only beside an operator's, which they may include.
    Raises UsageError or TemplateBroken, one line for each problem.
    """
    topics = taxonomy.load(folder)
    if folder is None or not (folder / "templates").is_dir():
        return Templates(None, topics)
    templates = Templates(folder / "templates", topics)
    templates.check()
    return templates
