"""The wheel: built without the network, it carries its defaults, templates, samples and page, and works elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.paths import ROOT

#: Where an installed Paperboy is, and the files it ships.
ASK = """
import bot
from bot import shipped
print(bot.__file__, shipped.config() / "paperboy.toml", *shipped.articles().iterdir(), sep="\\n")
"""


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """What the command prints; fails with what it complains of."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PAPERBOY_", "PYTHON"))
    }
    done = subprocess.run(
        command,
        cwd=cwd,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        folder,
        cwd=ROOT,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with Paperboy in it; what it stands on is the running interpreter's."""
    folder = tmp_path_factory.mktemp("elsewhere") / "packages"
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    )
    run(*pip, "--no-index", "--no-deps", "--target", folder, wheel, cwd=ROOT)
    return folder


def shipped(folder: str) -> set[str]:
    """The files of a folder of the project that git would keep, relative to it."""
    listed = run(
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        folder,
        cwd=ROOT,
    )
    return {
        Path(line).relative_to(folder).as_posix()
        for line in listed.splitlines()
        if (ROOT / line).is_file()
    }


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("bot", "bot"),
        ("config", "bot/shipped/config"),
        ("data/articles", "bot/shipped/articles"),
    ],
)
def test_everything_that_is_needed_is_in_the_wheel(
    wheel: Path, folder: str, inside: str
) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"{inside}/{name}" for name in shipped(folder)}
    assert wanted - held == set()


def test_the_wheel_holds_the_rooms_the_page_and_the_licence_and_nothing_else(
    wheel: Path,
) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    assert {
        "bot/shipped/config/paperboy.toml",
        "bot/sandbox/page/index.html",
        "bot/store/schema.sql",
    } <= set(held)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)
    assert {
        name.split("/")[0].partition(".dist-info")[0].partition("-")[0] for name in held
    } == {
        "bot",
        "paperboy_telegram",
    }
    assert [
        name for name in held if name.endswith((".pyc", ".db", ".env", ".lock"))
    ] in (
        [],
        ["bot/shipped/config/example.env"],
    )


def test_installed_elsewhere_it_finds_what_it_ships(
    installed: Path, tmp_path: Path
) -> None:
    places = run(
        sys.executable, "-c", ASK, cwd=tmp_path, PYTHONPATH=str(installed)
    ).splitlines()
    assert len(places) == 14
    assert all(
        Path(place).is_relative_to(installed) and Path(place).is_file()
        for place in places
    )


def test_installed_elsewhere_it_shows_what_it_would_send(
    installed: Path, tmp_path: Path
) -> None:
    sample = (
        installed
        / "bot/shipped/articles/2026-10-03-harbour-crane-learns-to-wait-for-seals.md"
    )
    printed = run(
        sys.executable,
        "-m",
        "bot",
        "preview",
        sample,
        cwd=tmp_path,
        PYTHONPATH=str(installed),
    )
    (line,) = printed.splitlines()
    sent = json.loads(line)
    assert sent["method"] == "sendMessage"
    assert sent["parse_mode"] == "HTML"
    assert (
        "<b>Harbour crane learns to wait for seals, and the ships hardly notice</b>"
        in sent["text"]
    )
    assert list(tmp_path.iterdir()) == []


def test_the_command_is_called_paperboy(installed: Path, tmp_path: Path) -> None:
    printed = run(
        installed / "bin" / "paperboy",
        "--help",
        cwd=tmp_path,
        PYTHONPATH=str(installed),
    )
    assert all(name in printed for name in ("demo", "run", "preview"))


def test_installed_elsewhere_it_shows_the_demo_with_the_samples_it_ships(
    installed: Path, tmp_path: Path
) -> None:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PAPERBOY_", "PYTHON"))
    }
    command = (
        sys.executable,
        "-u",
        "-m",
        "bot",
        "demo",
        "--no-browser",
        "--keep",
        "kept",
    )
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=kept | {"PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            assert demo.stdout
            address = next(
                found[0]
                for line in demo.stdout
                if (found := re.search(r"http://127\.0\.0\.1:\d+/", line))
            )
            assert eight_are_posted(address)
            demo.terminate()
            assert demo.wait(60) == 0
        finally:
            demo.kill()


def eight_are_posted(address: str) -> bool:
    """Say whether eight posts come to the demo's channel, in the time a loaded machine may need."""
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        for _ in range(600):
            if (
                len(client.get("/sim/calls", params={"method": "sendMessage"}).json())
                >= 8
            ):
                return True
            time.sleep(0.1)
    return False
