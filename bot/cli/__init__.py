"""What an operator types. Does nothing itself: each command calls the room that does it and shows what came of it.

`running` keeps the bot going, `looking` asks and changes nothing that is sent, `keeping` copies the database,
`checking` finds what is wrong before it matters, `previewing` renders a file, `showing` draws, `options` is what they
share. A command's rooms are imported when it is called, so that help and previews don't wait for Telegram's library.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import typer

from bot.cli import keeping, looking, running
from bot.errors import PaperboyError, UsageError

app = typer.Typer(
    name="paperboy",
    help="Delivers a folder of articles to Telegram: every article once, with its related links.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    running.demo,
    running.run,
    looking.scan,
    looking.preview,
    looking.check,
    looking.status,
    looking.verify,
    keeping.backup,
    keeping.restore,
):
    app.command()(command)

#: What Typer raises for wrong usage; it exports only the heirs of this class.
_WrongUsage: Any = typer.BadParameter.__bases__[0]


def main() -> None:
    """Run the command; say what a person can mend in one line a problem, and exit by design §3."""
    _let_anything_be_printed()
    try:
        sys.exit(app(prog_name="paperboy", standalone_mode=False))
    except _WrongUsage as error:
        problems, code = [_usage(error)], 2
    except UsageError as error:
        problems, code = list(error.problems), error.exit_code
    except PaperboyError as error:
        problems, code = [str(error)], error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        problems, code = [], 130
    except BrokenPipeError:  # whoever read our words has left
        sys.stderr.close()
        problems, code = [], 1
    except OSError as error:  # a full disk, a folder nobody may write to
        named = f"{error.filename}: " if error.filename else ""
        problems, code = [f"{named}{error.strerror or error}"], 1
    for problem in problems:
        typer.echo(problem, err=True)
    sys.exit(code)


def _usage(error: Any) -> str:
    """Return one line for wrong usage, or the help where nothing was asked for."""
    path = error.ctx.command_path if error.ctx else "paperboy"
    told = str(error.format_message())
    return told if told.startswith("Usage:") else f"{path}: {told.rstrip('.')}. See `{path} --help`."


def _let_anything_be_printed() -> None:
    """Print what the terminal can't as escapes: a file's name need not be text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
