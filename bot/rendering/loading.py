"""Loads templates and taxonomy of a configuration folder. Renders nothing."""

from __future__ import annotations

from pathlib import Path

from bot.rendering.templates import Templates
from bot.settings import taxonomy


def words(folder: Path | None) -> Templates:
    """Return a folder's checked templates and taxonomy; for what it lacks, the shipped ones.

    Raises UsageError or TemplateBroken, one line for each problem.
    """
    own = None
    if folder and (folder / "templates").is_dir():
        own = folder / "templates"
    templates = Templates(own, taxonomy.load(folder))
    templates.check()
    return templates
