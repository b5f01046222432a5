"""`paperboy check`: prints what would stop the bot. The checks themselves are in `checking`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from bot.cli import options
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.cli.checking import Finding


def check(config: options.Config = None) -> None:
    """Find what would stop the bot from working.

    Looks at settings, folder, database, token, editors, and the rights in every channel; says how
    to fix each problem. Exits with 1 where there is one.
    """
    from bot import settings
    from bot.cli import checking

    folder = settings.file_in_use(config).parent
    chosen, problems = options.settings_alone(config)
    findings = asyncio.run(checking.findings(chosen, folder))
    show(findings)
    if problems:
        raise UsageError(*problems)
    if any(finding.level is checking.Level.PROBLEM for finding in findings):
        raise typer.Exit(1)


def show(findings: Sequence[Finding]) -> None:
    """Print each finding with its fix."""
    from bot.cli import console
    from bot.cli.checking import Level

    signs = {
        Level.FINE: console.FINE,
        Level.WARNING: console.WARNING,
        Level.PROBLEM: console.PROBLEM,
    }
    for finding in findings:
        console.out.say(finding.what, sign=signs[finding.level])
        if finding.fix:
            console.out.say(f"    {finding.fix}", "dim", hang=0)
