"""What a scan found, counted. Scans nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.identity import Relation
from bot.domain.notices import Notice
from bot.planning.rules import Read, Recorded


@dataclass(slots=True)
class ScanReport:
    """What a scan found, by number of files."""

    files: int = 0
    unchanged: int = 0
    relations: Counter[Relation] = field(default_factory=Counter)
    edits: int = 0
    #: Path → reason of each file that was rejected in this scan.
    rejected: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    #: Articles withdrawn because their last file is gone.
    withdrawn: int = 0
    #: How many files are gone of a folder that is empty, or nearly so; or empty. It is probably
    #: not the folder that it was.
    emptied: str = ""
    #: Notices for the editors.
    notices: list[Notice] = field(default_factory=list)
    #: Files that repeat another's story: recorded and not posted; see `Recorded.repeats`.
    repeated: list[Recorded] = field(default_factory=list)
    #: Files that look half written and will be read again.
    unfinished: list[str] = field(default_factory=list)

    @property
    def news(self) -> bool:
        """Return True if there may be something to send."""
        return bool(self.relations or self.withdrawn)

    def add(self, read: Sequence[Read], recorded: Sequence[Recorded]) -> None:
        """Count a batch of files that were recorded."""
        for one in recorded:
            if one.repeats is not None:
                self.repeated.append(one)
            if one.relation is None:
                continue
            self.relations[one.relation] += 1
            is_new = one.relation in (Relation.NEW, Relation.COPY)
            if one.changed and not is_new:
                self.edits += 1
        for file in read:
            if file.record is None:
                self.rejected[file.path] = file.reason
