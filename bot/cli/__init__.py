"""What an operator types. Does nothing itself: each command calls the room that does it and shows what came of it.

`running` keeps the bot going, `looking` asks and changes nothing that is sent, `keeping` copies the database,
`checking` finds what is wrong before it matters, `showing` draws tables.
"""

from __future__ import annotations

import sys

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
    keeping.backup,
    keeping.restore,
):
    app.command()(command)


def main() -> None:
    """Run the command; say what a person can mend in one line a problem, and exit by design §3."""
    try:
        app()
    except UsageError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        sys.exit(error.exit_code)
    except PaperboyError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
