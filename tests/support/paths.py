"""Where things are: the checkout, its tests, and the real documents beside it."""

from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
#: The real documents, which are no part of the project: the folder that the environment variable REAL_FEED names. Tests
#: that read it are marked `real`, and skipped where the variable is not set (tests/conftest.py).
HAS_REAL_FEED = bool(os.environ.get("REAL_FEED"))
REAL_FEED = Path(os.environ.get("REAL_FEED") or "REAL_FEED-is-not-set").resolve()
#: The articles that the project was asked for, in a folder beside the feed.
REAL_SEEDS = REAL_FEED.parent / "seeds"
GOLDEN = TESTS / "golden"
