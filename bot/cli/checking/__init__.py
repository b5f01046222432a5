"""What would stop the bot, or make it post nothing, each with its fix.

Changes nothing and posts nothing.

    account        the bot, its clock, its editors
    channels       every channel as Telegram knows it
    database       the database and its disk
    files          the operator's templates and topics
    filters        channels' filters that no article passes
    folder         the folder of articles
    web            the addresses of `[web]`
    survey         the articles that the other checks compare
    finding        the record of one check
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
