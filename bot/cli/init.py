"""`paperboy init`: asks for the first settings, writes and checks them. Starts no bot."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import UsageError

#: Questions: the option, what is asked, what an empty answer means.
_TOKEN = "The bot's token, from @BotFather"  # noqa: S105 - a question
_FOLDER = "The folder of articles"
_CHANNEL = "The channel to post to (@name or number; empty: none yet)"
_ADMIN = "Your numeric Telegram user id, to hear of problems (empty: nobody)"

#: Suggested where settings exist already, as in a checkout; git ignores the folder.
_OWN = "mine/paperboy.toml"


_Token = Annotated[str | None, typer.Option(metavar="TOKEN", help="The bot's token.")]
_Folder = Annotated[
    str | None, typer.Option(metavar="DIR", help="The folder of articles.")
]
_Channel = Annotated[
    str | None,
    typer.Option(metavar="CHAT", help="The channel: @name or number; empty: none."),
]
_Admin = Annotated[
    str | None, typer.Option(metavar="ID", help="An editor's user id; empty: nobody.")
]
_Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The file to write; by default config/paperboy.toml.",
    ),
]


def init(
    token: _Token = None,
    folder: _Folder = None,
    channel: _Channel = None,
    admin: _Admin = None,
    config: _Config = None,
) -> None:
    """Ask for the first settings and write them into a file.

    Asks for whatever no option gives, checks the answers, and says what to type next.
    """
    from bot import settings
    from bot.cli import console

    file = settings.file_in_use(config)
    _can_begin(file, {"--token": token, "--folder": folder, "--channel": channel})
    text = filled(
        token=_answer(_TOKEN, token, "", hidden=True),
        folder=_answer(_FOLDER, folder, "data/articles"),
        channel=_answer(_CHANNEL, channel, ""),
        admin=_answer(_ADMIN, admin, "")
        if sys.stdin.isatty() or admin is not None
        else "",
    )
    _write(file, text)
    console.out.say(f"{file}: written")
    _check(file, "" if file == settings.DEFAULT_FILE else f" --config {file}")


def _can_begin(file: Path, given: Mapping[str, str | None]) -> None:
    """Raise UsageError if the file exists, or an answer is missing and stdin is not a terminal."""
    if file.exists():
        raise UsageError(
            f"{file}: exists already and is kept; edit it, or write another: "
            f"`paperboy init --config {_OWN}`"
        )
    missing = [option for option, value in given.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise UsageError(
            f"paperboy init: there is nobody to ask, so give {', '.join(missing)}"
        )


def _check(file: Path, flag: str) -> None:
    """Run `paperboy check`, then print what to type next. Raises typer.Exit for a problem."""
    from bot.cli import console
    from bot.cli.check import check

    try:
        check(file)
    except typer.Exit:
        console.out.say(
            f"\nNext: fix what is marked ✗, then `paperboy check{flag}`, then `paperboy run{flag}`."
        )
        raise
    console.out.say(f"\nNext: `paperboy run{flag}`.")


def filled(*, token: str, folder: str, channel: str, admin: str) -> str:
    """Return the shipped settings file with these answers in it; the comments stay."""
    from bot import shipped

    text = (shipped.config() / "paperboy.toml").read_text(encoding="utf-8")
    text = _set(text, "token", _quoted(token))
    text = _set(text, "folder", _quoted(folder))
    if admin.strip():
        ids = [int(part) if part.isdigit() else part for part in admin.split()]
        text = _set(text, "admins", json.dumps(ids))
    if channel.strip():
        text = text.rstrip() + f"\n\n[[channels]]\nchat = {_quoted(channel.strip())}\n"
    return text


def _answer(
    question: str, given: str | None, default: str, *, hidden: bool = False
) -> str:
    if given is not None:
        return given
    from bot.cli import console

    words = console.out.fitting(f"{question} [{default}]" if default else question)
    answer = typer.prompt(words, default=default, show_default=False, hide_input=hidden)
    return str(answer)


def _set(text: str, key: str, value: str) -> str:
    """Replace the value of the first setting named `key`; a comment keeps its column if it can."""
    line = re.compile(rf'^{key} = (?:"[^"]*"|\[\])(\s*)(?=#|$)', re.MULTILINE)

    def replacement(old: re.Match[str]) -> str:
        space = " " if old[1] else ""
        return f"{key} = {value}".ljust(len(old[0]) - 1) + space

    return line.sub(replacement, text, count=1)


def _quoted(text: str) -> str:
    """Return text as a TOML string."""
    return json.dumps(text.strip(), ensure_ascii=False)


def _write(file: Path, text: str) -> None:
    """Write the settings, readable by their owner only: they hold the token.

    Raises UsageError and removes the file if the settings are not valid.
    """
    from bot import settings

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            new.write(text)
        settings.load(file)
    except UsageError:
        file.unlink()
        raise
    except OSError as error:
        raise UsageError(
            f"{file}: can't be written: {error.strerror or error}"
        ) from error
