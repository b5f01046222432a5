"""The operator's commands.

Does nothing itself: each command calls the room that does it and shows what came of it.

    starting       `paperboy init`
    running        `paperboy demo` and `run`
    looking        `paperboy scan`, `preview`, `check`, `status` and `verify`
    keeping        `paperboy backup` and `restore`
    checking       the checks behind `paperboy check`
    previewing     what `paperboy preview` shows
    options        options that several commands share
    console        the consoles that everything is printed on
    showing        tables, a progress bar, a drawn post
    drawing        a post as a person would see it
    wrapping       breaks lines between words
    terminal       makes foreign text safe to print
    logs           the log: text for a terminal, JSON for a collector

A command imports its rooms when it is called, so that help does not wait for Telegram's library.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated, Any

import typer
import typer.core

from bot import shipped
from bot.cli import backup, init, run, scan
from bot.errors import PaperboyError, UsageError


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paperboy {shipped.version()}")
        raise typer.Exit


class _Command(typer.core.TyperCommand):
    """A command whose usage names its arguments as its help does: FILE, without braces."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what stands behind the command's name in its usage."""
        return [piece.removesuffix("...").strip("{}") for piece in super().collect_usage_pieces(ctx)]


app = typer.Typer(
    name="paperboy",
    no_args_is_help=True,
    subcommand_metavar="COMMAND",
    epilog="New here? Try `paperboy demo`. `paperboy COMMAND -h` explains a command.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    run.demo,
    init.init,
    scan.check,
    scan.preview,
    run.run,
    scan.scan,
    scan.status,
    scan.verify,
    backup.backup,
    backup.restore,
):
    app.command(cls=_Command)(command)


@app.callback()
def paperboy(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Deliver a folder of articles to Telegram: every article once, with its related links."""


#: What Typer raises for wrong usage; it exports only the heirs of this class.
_WrongUsage: Any = typer.BadParameter.__bases__[0]


def main() -> None:
    """Run the command; print one line a problem, and exit with its code.

    The codes are in docs/architecture.md, Contract.
    """
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
    if problems:
        from bot.cli import console

        for problem in problems:
            console.err.say(problem)
    sys.exit(code)


def _usage(error: Any) -> str:
    """Return one line for wrong usage, or the help where nothing was asked for."""
    path = error.ctx.command_path if error.ctx else "paperboy"
    told = str(error.format_message())
    return (
        told
        if told.startswith("Usage:")
        else f"{path}: {told.rstrip('.')}{'' if told.rstrip('.').endswith('?') else '.'} See `{path} --help`."
    )


def _let_anything_be_printed() -> None:
    """Print what the terminal can't as escapes: a file's name need not be text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
