"""Which article had a story first, by its title: what makes another one a copy. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.article import effective_date
from bot.domain.identity import EarlierStory, first_of, outlet
from bot.domain.record import ArticleRecord
from bot.store import recording
from bot.store.database import Database, milliseconds


class FirstArticles:
    """The stories that are known under the titles of some new articles, and those added since.

    window: the longest time between two articles of one story; zero: no article is a copy.
    """

    def __init__(
        self,
        db: Database,
        records: Sequence[ArticleRecord],
        window: timedelta,
        at: datetime,
    ) -> None:
        self._at = milliseconds(at)
        self._window = window // timedelta(milliseconds=1)
        self._known: dict[str, list[EarlierStory]] = {}
        self._outlets: dict[str, set[str]] = {}
        if not self._window:
            return
        dates = [self._date(record) for record in records]
        since = min(dates) - self._window
        until = max(dates) + self._window
        keys = {record.story_key for record in records}
        keys.discard("")
        self._known = recording.titles(db, keys, since, until)
        self._outlets = recording.outlets(db, keys)

    def find(self, record: ArticleRecord) -> int | None:
        """Return the article that an article is a copy of, near enough in time; None for none."""
        key = record.story_key
        if not key or not self._window:
            return None
        date = self._date(record)
        near = []
        for story in self._known.get(key, ()):
            distance = abs(story.date - date)
            if distance <= self._window:
                near.append(story)
        if not near:
            return None
        outlets = self._outlets.get(key, ())
        return first_of(record.story, date, near, outlets)

    def add(self, record: ArticleRecord, number: int, *, is_copy: bool) -> None:
        """Let later articles be copies of the new article `number`, unless it is a copy itself."""
        key = record.story_key
        if not key or not self._window:
            return
        story = record.story
        outlets = self._outlets.setdefault(key, set())
        outlets.add(outlet(story.provider))
        if is_copy:
            return
        date = self._date(record)
        earlier = EarlierStory(number, date, story)
        stories = self._known.setdefault(key, [])
        stories.append(earlier)

    def _date(self, record: ArticleRecord) -> int:
        return effective_date(record.published, self._at)
