"""Reads the settings file and the `PAPERBOY_…` variables. Does not know what a setting means.

Every problem becomes one line that names where it stands: the variable, or the file and the setting.
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
    """Read the settings from `file`, else PAPERBOY_CONFIG, else config/paperboy.toml if it is there.

    with_token: the command speaks to Telegram; otherwise the token may be anything, and is left out.
    Raises UsageError with one line for each problem; never shows a value that may be secret.
    """
    named = file or (Path(os.environ["PAPERBOY_CONFIG"]) if os.environ.get("PAPERBOY_CONFIG") else None)
    found = _read(named or DEFAULT_FILE, must_exist=named is not None)
    problems = _variable_problems(os.environ)
    try:
        settings = Settings(**found) if with_token else SettingsWithoutToken(**found)
    except SettingsError:  # a variable that is not JSON; `problems` names it
        raise UsageError(*problems) from None
    except ValidationError as error:
        raise UsageError(*problems, *_told(error, named or DEFAULT_FILE, os.environ)) from None
    if problems:
        raise UsageError(*problems)
    return settings


def file_in_use(file: Path | None = None) -> Path:
    """Return the path of the settings file `load` would read; beside it lie `templates/` and `topics.toml`."""
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
        known[f"{PREFIX}{section}".upper()] = True
        if isinstance(about.default, BaseModel):
            for key, field in type(about.default).model_fields.items():
                known[f"{PREFIX}{section}__{key}".upper()] = isinstance(field.default, tuple | frozenset)
    return known


def _variable_problems(environ: Mapping[str, str]) -> list[str]:
    """Return a line for each PAPERBOY_ variable that names no setting or should be JSON and is not."""
    known = _variables()
    lines = []
    for name, value in sorted(environ.items()):
        if not name.upper().startswith(PREFIX):
            continue
        if name.upper() not in known:
            lines.append(f"{name}: there is no such setting; {_nearest(name.upper(), known)}")
        elif known[name.upper()] and not _is_json(value):
            lines.append(f"{name}: is not JSON; {_form(name)}")
    return lines


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.8)
    return f"do you mean {near[0]}?" if near else "the names are in config/paperboy.toml"


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


#: pydantic's kinds of finding in an operator's words.
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


def _told(error: ValidationError, file: Path, environ: Mapping[str, str]) -> list[str]:
    """Return pydantic's findings as lines that name the setting; values are left out, one may be the token."""
    variables = {name.upper() for name in environ}
    known = _variables()
    lines = []
    for found in error.errors(include_url=False, include_input=False):
        names = [PREFIX + "__".join(str(part).upper() for part in found["loc"][:depth]) for depth in (2, 1)]
        source = next((name for name in names if name in variables), None)
        if source and source not in known:
            continue  # told already
        where = _where(found["loc"])
        what = _WORDS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
        what = what.replace("Input should be", "must be")
        if source in _EXAMPLES:
            what = f"{what}; {_form(source)}"
        lines.append(": ".join(filter(None, (source or str(file), where, what))))
    return list(dict.fromkeys(lines))


def _where(location: tuple[int | str, ...]) -> str:
    name = ""
    for part in location:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name
