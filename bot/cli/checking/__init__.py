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
    chosen: Settings,
    configured: Path | None = None,
    clock: Callable[[], datetime] = now,
) -> list[Finding]:
    """Return the findings of every check, in the order of the settings.

    configured: the folder of the settings, with templates and topics; None: the shipped ones.
    """
    at = clock()
    taxonomy = _taxonomy(configured)
    articles = survey.survey(chosen, taxonomy, at)
    local = [
        *folder.findings(chosen, articles),
        *database.findings(chosen.store.database),
        *database.disk_findings(chosen),
        *files.findings(configured, taxonomy, articles.topics),
        *filters.findings(chosen, taxonomy, articles, at),
        *web.findings(chosen),
    ]
    remote = [finding async for finding in account.findings(chosen, clock)]
    return [*local, *remote]


def _taxonomy(configured: Path | None) -> Taxonomy:
    """Return the described topics; none if their file is broken, which is reported elsewhere."""
    from bot.settings import taxonomy

    try:
        return taxonomy.load(configured)
    except UsageError:
        return Taxonomy()
