"""Where the files that ship with Paperboy are: defaults, templates and samples. Does not read them.

In a wheel they lie inside the package; in a checkout, at the top level, where an operator edits them.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSIDE = _PACKAGE / "shipped"


def config() -> Path:
    """Return the folder with `paperboy.toml`, `topics.toml` and `templates/` as they ship."""
    return _INSIDE / "config" if _INSIDE.is_dir() else _PACKAGE.parent / "config"


def articles() -> Path:
    """Return the folder with the sample articles."""
    return _INSIDE / "articles" if _INSIDE.is_dir() else _PACKAGE.parent / "data" / "articles"


def version() -> str:
    """Return the version of Paperboy that runs."""
    try:
        return metadata.version("paperboy-telegram")
    except metadata.PackageNotFoundError:  # a checkout that nobody installed
        return "(source checkout)"
