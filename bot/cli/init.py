"""`paperboy init`: asks for the first settings, writes and checks them. Starts no bot."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
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


_Force = Annotated[
    bool,
    typer.Option("--force", help="Replace the settings; the old ones are kept beside."),
]


@dataclass(frozen=True, slots=True)
class Answers:
    """What init asks for; None: not answered."""

    token: str | None
    folder: str | None
    channel: str | None
    admin: str | None


def init(
    token: _Token = None,
    folder: _Folder = None,
    channel: _Channel = None,
    admin: _Admin = None,
    config: _Config = None,
    force: _Force = False,
) -> None:
    """Ask for the first settings and write them into a file.

    Asks for whatever no option gives, checks the answers, and says what to type next. On a
    terminal, answers that do not pass can be corrected at once.
    """
    from bot import settings

    file = settings.file_in_use(config)
    flag = "" if file == settings.DEFAULT_FILE else f" --config {file}"
    given = Answers(token, folder, channel, admin)
    _can_begin(file, flag, given, force=force)
    old = _set_aside(file)
    try:
        _ask_until_right(file, flag, given)
    finally:
        if old and file.exists():
            _say(f"{old}: the old settings")
        elif old:
            old.replace(file)
    _say(f"\nNext: `paperboy run{flag}`.")


def _ask_until_right(file: Path, flag: str, answers: Answers) -> None:
    """Ask, write and check. Raises UsageError or typer.Exit for what is not corrected."""
    from bot.cli.check import check

    answers = _asked(answers)
    while True:
        try:
            _write(file, filled(answers))
            _say(f"{file}: written")
            check(file)
        except (UsageError, typer.Exit) as problem:
            if not _is_corrected_now(problem):
                if file.exists():
                    _say(_fix_later(file, flag))
                raise
            file.unlink(missing_ok=True)
            answers = _asked_again(answers)
        else:
            return


def _is_corrected_now(problem: Exception) -> bool:
    """Say what is wrong, and ask whether to answer again; False where there is nobody to ask."""
    if not sys.stdin.isatty():
        return False
    for line in problem.problems if isinstance(problem, UsageError) else ():
        _say(line)
    return typer.confirm("\nCorrect the answers now?", default=True)


def _fix_later(file: Path, flag: str) -> str:
    return (
        f"\nNext: correct {file}, or answer again with `paperboy init --force{flag}`; "
        f"then `paperboy check{flag}`, then `paperboy run{flag}`."
    )


def _say(words: str) -> None:
    from bot.cli import console

    console.out.say(words)


def _can_begin(file: Path, flag: str, given: Answers, *, force: bool) -> None:
    """Raise UsageError if the file exists, or an answer is missing and stdin is not a terminal."""
    if file.exists() and not force:
        raise UsageError(
            f"{file}: exists already and is kept; edit it, "
            f"replace it with `paperboy init --force{flag}`, or write another: "
            f"`paperboy init --config {_OWN}`"
        )
    needed = {
        "--token": given.token,
        "--folder": given.folder,
        "--channel": given.channel,
    }
    missing = [option for option, value in needed.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise UsageError(
            f"paperboy init: there is nobody to ask, so give {', '.join(missing)}"
        )


def _set_aside(file: Path) -> Path | None:
    """Move the settings that are replaced to a free name beside; return that; None: none are."""
    if not file.exists():
        return None
    old = file.with_name(f"{file.name}.old")
    number = 0
    while old.exists():
        number += 1
        old = file.with_name(f"{file.name}.old{number}")
    return file.replace(old)


def _asked(given: Answers) -> Answers:
    """Ask for what is not given; an editor only on a terminal."""
    is_asked = sys.stdin.isatty() or given.admin is not None
    return Answers(
        token=_answer(_TOKEN, given.token, "", hidden=True),
        folder=_answer(_FOLDER, given.folder, "data/articles"),
        channel=_answer(_CHANNEL, given.channel, ""),
        admin=_answer(_ADMIN, given.admin, "") if is_asked else "",
    )


def _asked_again(before: Answers) -> Answers:
    """Ask for everything; an empty answer keeps what was answered before."""
    return Answers(
        token=_answer(
            f"{_TOKEN} (empty: as before)", None, before.token or "", hidden=True
        ),
        folder=_answer(_FOLDER, None, before.folder or ""),
        channel=_answer(_CHANNEL, None, before.channel or ""),
        admin=_answer(_ADMIN, None, before.admin or ""),
    )


def filled(answers: Answers) -> str:
    """Return the shipped settings file with these answers in it; the comments stay."""
    from bot import shipped

    text = (shipped.config() / "paperboy.toml").read_text(encoding="utf-8")
    text = _set(text, "token", _quoted(answers.token or ""))
    text = _set(text, "folder", _quoted(answers.folder or ""))
    if admin := (answers.admin or "").strip():
        ids = [int(part) if part.isdigit() else part for part in admin.split()]
        text = _set(text, "admins", json.dumps(ids))
    if channel := (answers.channel or "").strip():
        text = text.rstrip() + f"\n\n[[channels]]\nchat = {_quoted(channel)}\n"
    return text


def _answer(
    question: str, given: str | None, default: str, *, hidden: bool = False
) -> str:
    if given is not None:
        return given
    from bot.cli import console

    is_shown = default and not hidden
    words = console.out.fitting(f"{question} [{default}]" if is_shown else question)
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
