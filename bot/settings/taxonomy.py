"""Reads the operator's topics from `topics.toml`. Does not match topics."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot import shipped
from bot.domain.topics import Taxonomy, Topic
from bot.errors import UsageError
from bot.settings.reading import place


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
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise UsageError(f"{path}: can't be read: {reason}") from error
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise UsageError(*(_problem(path, one) for one in problems)) from None
    samples = file.samples if folder else frozenset()
    return Taxonomy(_topic(one, samples) for one in file.topics)


def _problem(path: Path, details: ErrorDetails) -> str:
    return f"{path}: {place(details['loc'])}: {details['msg']}"


def _topic(one: _Topic, samples: frozenset[str]) -> Topic:
    return Topic(
        name=one.name,
        parent=one.parent,
        aliases=one.aliases,
        hashtags=one.hashtags,
        sample=one.name in samples,
    )
