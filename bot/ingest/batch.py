"""What the files of one batch are recorded with. Decides nothing and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.ingest.topic_rows import TopicRows
from bot.planning.rules import Rules
from bot.store.database import Database

#: Returns True if a file, by its path, is on disk at this moment.
OnDisk = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One transaction of recording: the database, the rules and the moment for all of its files."""

    db: Database
    rules: Rules
    at: datetime
    topics: TopicRows
    #: None: every file that has a row counts as on disk.
    on_disk: OnDisk | None = None

    @property
    def edits_due(self) -> datetime:
        """When posts are edited for what changes now: changes are gathered until then."""
        return self.at + self.rules.gather
