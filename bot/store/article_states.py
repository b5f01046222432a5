"""What an article is: conditions in SQL, for queries in which only articles have these columns.

Runs no query.
"""

from __future__ import annotations

from bot.domain.arrival import Waits

#: What readers may see.
VISIBLE = "held = 0 AND withdrawn = 0 AND copy_of IS NULL"
#: It waits for nothing, and goes out as soon as it may. (In the words of the partial indexes.)
FREE = f"waits = '{Waits.NOTHING}'"
#: It waits for something.
WAITING = f"waits <> '{Waits.NOTHING}'"
#: Neither withdrawn nor a copy.
OPEN = "withdrawn = 0 AND copy_of IS NULL"
#: It is dated to come, and its file still exists.
DATED = f"waits = '{Waits.FUTURE}' AND file IS NOT NULL AND {OPEN}"
