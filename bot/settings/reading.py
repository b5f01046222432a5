"""Reads the settings file and the `PAPERBOY_…` variables. Does not know what a setting means.

Every problem becomes one line with its place: the variable, or the file and the setting.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from bot.errors import UsageError
from bot.settings.records import PREFIX, Settings, SettingsWithoutToken

#: Where the file is looked for when nothing names one.
DEFAULT_FILE = Path("config/paperboy.toml")


#: What a variable that holds JSON may be set to.
_EXAMPLES = {
    "PAPERBOY_CHANNELS": '[{"chat": "@my_channel"}]',
    "PAPERBOY_TELEGRAM__ADMINS": "[123456789]",
    "PAPERBOY_FEED__PATTERNS": '["**/*.md", "**/*.txt"]',
}


def load(file: Path | None = None, *, with_token: bool = True) -> Settings:
    """Read the settings from `file`, else PAPERBOY_CONFIG, else config/paperboy.toml if it exists.

    with_token: the command needs the token; otherwise it is ignored, whatever it is.
    Raises UsageError with one line for each problem, none of which shows a secret.
    """
    path = file_in_use(file)
    is_named = bool(file or os.environ.get("PAPERBOY_CONFIG"))
    sections = _read(path, must_exist=is_named)
    problems = _variable_problems(os.environ)
    try:
        settings = (
            Settings(**sections) if with_token else SettingsWithoutToken(**sections)
        )
    except SettingsError:  # a variable that is not JSON; it is among `problems`
        raise UsageError(*problems) from None
    except ValidationError as error:
        raise UsageError(*problems, *_problems(error, path, os.environ)) from None
    if problems:
        raise UsageError(*problems)
    return settings


def file_in_use(file: Path | None = None) -> Path:
    """Return the settings file that `load` reads; `templates/` and `topics.toml` are beside it."""
    return file or Path(os.environ.get("PAPERBOY_CONFIG") or DEFAULT_FILE)


def _read(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if must_exist:
            raise UsageError(f"{path}: there is no such settings file") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise UsageError(f"{path}: can't be read: {reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error


def _variables() -> dict[str, bool]:
    """Return the name of every variable Paperboy reads, and whether its value is JSON."""
    known = {"PAPERBOY_CONFIG": False}
    for section, about in Settings.model_fields.items():
        name = f"{PREFIX}{section}".upper()
        known[name] = True
        if not isinstance(about.default, BaseModel):
            continue
        for key, field in type(about.default).model_fields.items():
            is_json = isinstance(field.default, tuple | frozenset)
            known[f"{name}__{key}".upper()] = is_json
    return known


def _variable_problems(environ: Mapping[str, str]) -> list[str]:
    """Return a line for each PAPERBOY_ variable that is not a setting or not valid JSON."""
    known = _variables()
    lines = []
    for name, value in sorted(environ.items()):
        if not name.upper().startswith(PREFIX):
            continue
        if name.upper() not in known:
            nearest = _nearest(name.upper(), known)
            lines.append(f"{name}: there is no such setting; {nearest}")
        elif known[name.upper()] and not _is_json(value):
            lines.append(f"{name}: is not JSON; {_form(name)}")
    return lines


def _nearest(name: str, known: Iterable[str]) -> str:
    for near in difflib.get_close_matches(name, known, 1, 0.8):
        return f"do you mean {near}?"
    return "the names are in config/paperboy.toml"


def _form(name: str) -> str:
    """Return how the value of a variable that holds JSON is written in a shell."""
    example = _EXAMPLES.get(name.upper(), '{"key": "value"}')
    return f"write it like {name}='{example}'"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


#: pydantic's types of error, in an operator's words.
_WORDS = {
    "extra_forbidden": "there is no such setting",
    "missing": 'is missing; a channel needs its name: chat = "@my_channel"',
    "tuple_type": "must be a list",
    "frozen_set_type": "must be a list",
    "model_type": "must be a section with settings of its own",
    "too_short": "is empty",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text, in quotation marks",
    "path_type": "must be a path, in quotation marks",
}


def _problems(
    error: ValidationError, file: Path, environ: Mapping[str, str]
) -> list[str]:
    """Return pydantic's errors as lines that name the setting. No value is shown: secrets."""
    known = _variables()
    lines = []
    for details in error.errors(include_url=False, include_input=False):
        variable = _variable(details["loc"], environ)
        if variable and variable not in known:
            continue  # reported by `_variable_problems`
        message = details["msg"].removeprefix("Value error, ")
        what = _WORDS.get(details["type"], message)
        what = what.replace("Input should be", "must be")
        if variable in _EXAMPLES:
            what = f"{what}; {_form(variable)}"
        parts = (variable or str(file), place(details["loc"]), what)
        lines.append(": ".join(filter(None, parts)))
    return list(dict.fromkeys(lines))


def _variable(location: tuple[int | str, ...], environ: Mapping[str, str]) -> str:
    """Return the variable that sets a setting, or its whole section; empty if none does."""
    variables = {name.upper() for name in environ}
    parts = [str(part).upper() for part in location]
    for depth in (2, 1):
        name = PREFIX + "__".join(parts[:depth])
        if name in variables:
            return name
    return ""


def place(location: tuple[int | str, ...]) -> str:
    """Return a place in the settings like `channels[1].chat`, counted from 1."""
    name = ""
    for part in location:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        elif name:
            name += f".{part}"
        else:
            name = part
    return name
