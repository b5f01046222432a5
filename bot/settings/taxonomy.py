"""Reads the operator's topics from `topics.toml`. Does not match topics."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot import shipped
from bot.domain.topics import Taxonomy, Topic
from bot.errors import UsageError


class _Topic(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    parent: str = ""
    aliases: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    #: Names of topics that ship with Paperboy.
    samples: frozenset[str] = frozenset()
    topics: tuple[_Topic, ...] = ()


def load(folder: Path | None) -> Taxonomy:
    """Return the taxonomy of `topics.toml` in `folder`, or the shipped one if there is none.

    Without a folder, as in the demo, the samples are topics like any others.
    Raises UsageError with one line for each problem.
    """
    own = folder / "topics.toml" if folder else None
    path = own if own and own.is_file() else shipped.config() / "topics.toml"
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: can't be read: {getattr(error, 'strerror', None) or 'is not UTF-8'}"
        ) from error
    except ValidationError as error:
        raise UsageError(
            *(
                _problem(path, one["loc"], one["msg"])
                for one in error.errors(include_url=False)
            )
        ) from None
    return Taxonomy(
        Topic(
            name=one.name,
            parent=one.parent,
            aliases=one.aliases,
            hashtags=one.hashtags,
            sample=folder is not None and one.name in file.samples,
        )
        for one in file.topics
    )


def _problem(path: Path, location: tuple[int | str, ...], message: str) -> str:
    where = "".join(
        f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location
    ).lstrip(".")
    return f"{path}: {where}: {message}"
