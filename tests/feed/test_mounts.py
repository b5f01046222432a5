"""Of which folders the system reports everything, by what is mounted there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.feed import mounts

LINE = "{number} 1 0:1 / {place} rw,relatime shared:1 - {kind} source rw\n"


def reports_everything(
    tmp_path: Path, folder: Path, *mounted: tuple[Path | str, str]
) -> bool:
    """Say so of a folder below these mounts."""
    table = tmp_path / "mountinfo"
    escaped = [
        (str(place).replace(" ", "\\040"), kind)
        for place, kind in (("/", "ext4"), *mounted)
    ]
    table.write_text(
        "".join(
            LINE.format(number=i, place=place, kind=kind)
            for i, (place, kind) in enumerate(escaped)
        )
    )
    return mounts.reports_everything(folder, table)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs"])
def test_a_folder_that_only_this_kernel_writes_to_is_reported(
    tmp_path: Path, kind: str
) -> None:
    assert reports_everything(tmp_path, tmp_path, (tmp_path, kind))


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "9p", "fuse", "fuse.sshfs", "virtiofs", "overlay", "new"],
)
def test_one_that_others_may_write_to_is_not(tmp_path: Path, kind: str) -> None:
    assert not reports_everything(tmp_path, tmp_path / "articles", (tmp_path, kind))


def test_what_is_mounted_below_counts_too_and_what_is_beside_does_not(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "articles"
    assert not reports_everything(tmp_path, folder, (folder / "guest column", "nfs4"))
    assert reports_everything(tmp_path, folder, (tmp_path / "articles2", "nfs4"))


def test_the_last_mount_at_a_place_covers_the_others(tmp_path: Path) -> None:
    assert not reports_everything(
        tmp_path, tmp_path, (tmp_path, "ext4"), (tmp_path, "nfs")
    )


def test_a_folder_is_where_its_link_leads(tmp_path: Path) -> None:
    far, link = tmp_path / "far", tmp_path / "link"
    far.mkdir()
    link.symlink_to(far)
    assert not reports_everything(tmp_path, link, (far, "cifs"))


def test_where_there_is_no_table_of_mounts_nothing_is_relied_on(tmp_path: Path) -> None:
    assert not mounts.reports_everything(tmp_path, tmp_path / "none")
