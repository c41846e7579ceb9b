from pathlib import Path

import pytest

from tradewind.platform.data_folder import FORMAT, DataFolder
from tradewind.platform.errors import StartupRefused


def test_acquiring_makes_the_folder_and_marks_its_format(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data")
    folder.acquire()
    assert (folder.path / "version").read_text() == f"{FORMAT}\n"
    folder.release()


def test_a_second_platform_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    first.acquire()
    with pytest.raises(StartupRefused, match=r"Another Tradewind \(process \d+\) uses"):
        DataFolder(tmp_path).acquire()
    first.release()


def test_a_released_folder_can_be_acquired_again(tmp_path: Path) -> None:
    for _ in range(3):
        folder = DataFolder(tmp_path)
        folder.acquire()
        folder.release()


@pytest.mark.parametrize("marker", [f"{FORMAT + 1}\n", "2.0-beta\n"])
def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path, marker: str) -> None:
    (tmp_path / "version").write_text(marker)
    with pytest.raises(StartupRefused, match="newer version"):
        DataFolder(tmp_path).acquire()


def test_a_path_below_a_regular_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StartupRefused, match=r"cannot be used.*TRADEWIND_DATA_DIR"):
        DataFolder(tmp_path / "file" / "data").acquire()
