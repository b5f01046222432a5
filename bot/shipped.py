"""Paths of the files that ship with Paperboy: defaults, templates, samples. Does not read them.

In a wheel they are inside the package; in a checkout at the top level, where operators edit them.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSIDE = _PACKAGE / "shipped"


def config() -> Path:
    """Return the folder with the shipped `paperboy.toml`, `topics.toml` and `templates/`."""
    return _INSIDE / "config" if _INSIDE.is_dir() else _PACKAGE.parent / "config"


def articles() -> Path:
    """Return the folder with the sample articles."""
    return (
        _INSIDE / "articles"
        if _INSIDE.is_dir()
        else _PACKAGE.parent / "data" / "articles"
    )


def version() -> str:
    """Return the version of this Paperboy."""
    try:
        return metadata.version("paperboy-telegram")
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        return "(source checkout)"
