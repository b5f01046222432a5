"""What would stop the bot, or make it post nothing, each with what to do about it. Changes nothing and posts nothing.

`files` looks at the settings' own folder, `folder` at the articles, `database` at the database and its disk, `filters`
at what the channels admit, `web` at the address that others reach the bot by, `account` at the bot, its clock and its
editors, `channels` at every channel. `survey` collects the articles that the others judge; `finding` is the record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.checking import account, database, files, filters, folder, survey, web
from bot.cli.checking.finding import Finding, Level
from bot.clock import now
from bot.domain.topics import Taxonomy
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["Finding", "Level", "findings"]


async def findings(
    found: Settings, configured: Path | None = None, clock: Callable[[], datetime] = now
) -> list[Finding]:
    """Return everything that was looked at, in the order of the settings.

    configured: the folder of the settings, with templates and topics; None: the shipped ones.
    """
    at = clock()
    taxonomy = _taxonomy(configured)
    seen = survey.survey(found, taxonomy, at)
    local = [
        *folder.findings(found, seen),
        *database.findings(found.store.database),
        *database.disk_findings(found),
        *files.findings(configured, taxonomy, seen.topics),
        *filters.findings(found, taxonomy, seen, at),
        *web.findings(found),
    ]
    return [*local, *[one async for one in account.findings(found, clock)]]


def _taxonomy(configured: Path | None) -> Taxonomy:
    """Return the topics that are described; none where the file is broken, which is reported elsewhere."""
    from bot.settings import taxonomy

    try:
        return taxonomy.load(configured)
    except UsageError:
        return Taxonomy()
