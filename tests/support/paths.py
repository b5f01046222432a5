"""Where things are: the checkout, its tests, and the real documents beside it."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
#: What is read of real documents; it is not part of the project, and its tests are skipped without it.
SHARED = ROOT.parent / "shared"
GOLDEN = TESTS / "golden"
