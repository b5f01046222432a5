"""What happened in a simulation, a line each. Its SHA-256 is what two runs of a seed have in common."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable

#: Lines that are kept to be shown.
KEPT = 200


class EventLog:
    """The lines of one simulation, each with the virtual time."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._hash = hashlib.sha256()
        self.count = 0
        self.last: deque[str] = deque(maxlen=KEPT)

    def add(self, what: str) -> None:
        """Add a line. It must not depend on the machine: no path, no address in memory."""
        line = f"{self._time():.6f} {what}"
        self._hash.update(f"{line}\n".encode())
        self.last.append(line)
        self.count += 1

    @property
    def digest(self) -> str:
        """The SHA-256 of all lines."""
        return self._hash.hexdigest()


class Logged(logging.Handler):
    """Adds what the bot logs."""

    def __init__(self, events: EventLog) -> None:
        super().__init__(logging.INFO)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info and record.exc_info[0]
        raised = f" ({error.__name__})" if error else ""
        self._events.add(f"{record.levelname.lower()}: {record.getMessage()}{raised}")
