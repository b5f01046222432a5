"""The operator's commands, one module each.

Does nothing itself: a command calls the room that does the work and shows the result.

    demo             `paperboy demo`: the sandbox and the bot together
    init             `paperboy init`: asks for the first settings and writes them
    check            `paperboy check`
    checking         the checks behind it, one module each
    preview          `paperboy preview`
    preview_payload  the post of one file
    preview_drawing  draws a post on a terminal or as a page
    run              `paperboy run`
    scan             `paperboy scan`
    status           `paperboy status`
    status_view      prints its report
    verify           `paperboy verify`
    backup           `paperboy backup` and `paperboy restore`
    options          what several commands share: options, loading of settings, JSON
    logs             the log on stderr
    collector        when the garbage collector runs
    file_problems    prints lists of files that are not articles or have unreadable fields
    console          prints lines
    wrapping         breaks lines between words
    escaping         escapes control characters

A command imports the rooms it needs when it is called, so that help and previews do not wait for
Telegram's library.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated, Any

import typer
import typer.core

from bot import shipped
from bot.cli import backup, check, demo, init, preview, run, scan, status, verify
from bot.errors import PaperboyError, UsageError


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"paperboy {shipped.version()}")
        raise typer.Exit


class _Command(typer.core.TyperCommand):
    """A command whose usage names its arguments as its help does: FILE, without braces."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what stands behind the command's name in its usage."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.removesuffix("...").strip("{}") for piece in pieces]


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
    demo.demo,
    init.init,
    check.check,
    preview.preview,
    run.run,
    scan.scan,
    status.status,
    verify.verify,
    backup.backup,
    backup.restore,
):
    app.command(cls=_Command)(command)


@app.callback()
def paperboy(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Deliver a folder of articles to Telegram: every article once, with its related links."""


#: What Typer raises for wrong usage; it exports only subclasses of this class.
_WrongUsage: Any = typer.BadParameter.__bases__[0]


def main() -> None:
    """Run the command. A problem that a person can fix is one line on stderr, not a traceback."""
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
    except BrokenPipeError:  # the program that read our output has ended
        sys.stderr.close()
        problems, code = [], 1
    except OSError as error:  # a full disk, a folder nobody may write to
        problems, code = [_system_error(error)], 1
    if problems:
        from bot.cli import console

        for problem in problems:
            console.err.say(problem)
    sys.exit(code)


def _usage(error: Any) -> str:
    """Return one line for wrong usage, or the help where no command was given."""
    message = str(error.format_message())
    if message.startswith("Usage:"):
        return message
    path = error.ctx.command_path if error.ctx else "paperboy"
    message = message.rstrip(".")
    end = "" if message.endswith("?") else "."
    return f"{path}: {message}{end} See `{path} --help`."


def _system_error(error: OSError) -> str:
    reason = str(error.strerror or error)
    if not error.filename:
        return reason
    return f"{error.filename}: {reason}"


def _let_anything_be_printed() -> None:
    """Print as escapes what the terminal's encoding lacks: a file's name may be any bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
