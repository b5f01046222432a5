"""The rule of `bot/domain/availability.py` as SQL, for queries that join `chats c`. Runs no query.

What keeps a whole chat from receiving is added there and in `OPENS`, such as quiet hours: the test
of this module shows that the two agree (docs/architecture.md, From when a chat may receive). A
column that `OPENS` reads belongs in the trigger `chats_changed`, too (made anew by the step).
"""

from __future__ import annotations

#: A moment that never comes: only a change of the chat ends the wait.
NEVER = 2**62
#: The chat wants what is posted, though its number may not be known yet.
ACTIVE = "c.state = 'active'"
#: The chat can be called; it may be paused.
REACHABLE = f"{ACTIVE} AND c.chat_id IS NOT NULL"
#: The moment from which the chat may receive; 0: at once.
OPENS = f"iif({REACHABLE}, coalesce(c.not_before, 0), {NEVER})"
