"""`.ci/skips`: the build server's judge of skipped tests, which must be able to say no."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

JUDGE = ROOT / ".ci" / "skips"
SUMMARY = (
    "=========================== short test summary info ============================\n"
)
NEEDS_FEED = "SKIPPED [3] tests/conftest.py:12: REAL_FEED is not set: the real documents are not here\n"
NO_CHROMIUM = "SKIPPED [1] tests/sandbox/test_page.py:7: no Chromium\n"
IN_COLOUR = (
    "\033[33mSKIPPED\033[0m [3] tests/conftest.py:12: REAL_FEED is not set\n"
    "\033[32m\033[1m9 passed\033[0m, \033[33m3 skipped\033[0m\033[32m in 1.2s\033[0m\n"
)
STRANGE = "tests were skipped that should have run:\n  "
LATER = "XFAIL tests/test_a.py::test_b - later\n"


def judge(tmp_path: Path, log: str, word: str = "") -> tuple[int, str]:
    """The judge's exit code, and what it says."""
    file = tmp_path / "log"
    file.write_text(
        f"Success: no issues found in 90 source files\n....s.\n{log}", encoding="utf-8"
    )
    done = subprocess.run(
        [JUDGE, file, *filter(None, [word])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.removeprefix(".ci/skips: ")


@pytest.mark.parametrize(
    ("log", "word"),
    [
        ("===== 614 passed in 71.20s (0:01:11) =====\n", ""),
        ("614 passed in 71.20s\n", ""),
        (
            f"{SUMMARY}{NEEDS_FEED}== 611 passed, 3 skipped in 71.20s (0:01:11) ==\n",
            "REAL_FEED",
        ),
        (f"{SUMMARY}{IN_COLOUR}", "REAL_FEED"),
    ],
    ids=["none", "none, quietly", "for want of real documents", "in colour"],
)
def test_a_run_without_needless_skips_passes_in_silence(
    tmp_path: Path, log: str, word: str
) -> None:
    assert judge(tmp_path, log, word) == (0, "")


@pytest.mark.parametrize(
    ("log", "word", "says"),
    [
        (
            f"{SUMMARY}{NEEDS_FEED}== 9 passed, 3 skipped in 1.2s ==\n",
            "",
            STRANGE + NEEDS_FEED,
        ),
        (
            f"{SUMMARY}{NEEDS_FEED}{NO_CHROMIUM}== 9 passed, 4 skipped in 1.2s ==\n",
            "REAL_FEED",
            STRANGE + NO_CHROMIUM,
        ),
        (
            f"{SUMMARY}{LATER}== 9 passed, 1 xfailed in 1.2s ==\n",
            "REAL_FEED",
            STRANGE + LATER,
        ),
        (
            "== 9 passed, 2 skipped in 1.2s ==\n",
            "",
            "pytest counts 2 skipped tests, but the log names 0\n",
        ),
        (
            NEEDS_FEED + "9 passed, 4 skipped in 1.2s\n",
            "REAL_FEED",
            "pytest counts 4 skipped tests, but the log names 3\n",
        ),
        ("== 4 skipped in 1.2s ==\n", "", "no test passed\n"),
        (
            "make: nothing to be done\n",
            "",
            "the log does not say how the tests ended\n",
        ),
    ],
    ids=[
        "the real documents are here",
        "one of two",
        "expected to fail",
        "unnamed",
        "miscounted",
        "all skipped",
        "no tests at all",
    ],
)
def test_a_needless_skip_fails_and_is_named(
    tmp_path: Path, log: str, word: str, says: str
) -> None:
    assert judge(tmp_path, log, word) == (1, says)
