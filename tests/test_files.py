"""Results are whole or absent, written by one run at a time; inputs are ordinary files."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from waiting import HANG_S

import corridors as co
from corridors import files
from corridors.display import cell, csv_text, from_cell
from corridors.files import (
    Lock,
    check_file,
    check_folder,
    read_whole,
    whole_folder,
    write_bytes,
    write_text,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="other systems have no such files")


class _StoppedError(Exception):
    pass


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_is_there_when_all_of_it_is(tmp_path):
    with whole_folder(tmp_path / "out") as folder:
        write_text(folder / "a.csv", "1")
        assert "out" not in names(tmp_path)
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["a.csv"]


def test_a_folder_that_fails_leaves_what_was_there(tmp_path):
    with pytest.raises(_StoppedError), whole_folder(tmp_path / "out"):
        raise _StoppedError
    assert names(tmp_path) == []
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").write_text("old")
    with pytest.raises(_StoppedError), whole_folder(tmp_path / "out") as folder:  # noqa: PT012
        write_text(folder / "a.csv", "new")
        raise _StoppedError
    assert (tmp_path / "out" / "a.csv").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_folder_is_replaced_but_for_what_is_not_ours(tmp_path):
    (tmp_path / "out").mkdir()
    for name in ("a.csv", "gone.csv"):
        (tmp_path / "out" / name).write_text("old")
    with whole_folder(tmp_path / "out") as folder:
        write_text(folder / "a.csv", "new")
    assert names(tmp_path / "out") == ["a.csv", "gone.csv"]
    assert (tmp_path / "out" / "a.csv").read_text() == "new"
    with whole_folder(tmp_path / "out") as folder:
        for name in ("a.csv", "gone.csv"):
            write_text(folder / name, "newer")
    assert (tmp_path / "out" / "gone.csv").read_text() == "newer"
    assert names(tmp_path) == ["out"]


def test_folders_within_are_replaced_but_for_what_is_not_ours(tmp_path):
    out = tmp_path / "out"

    def write(text):
        with whole_folder(out) as folder:
            (folder / "own").mkdir()
            write_text(folder / "own" / "a.csv", text)
            write_text(folder / "b.csv", text)

    write("1")
    write("2")
    (out / "own" / "mine.txt").write_text("x")
    write("3")
    assert {p.name: p.read_text() for p in out.rglob("*") if p.is_file()} == {
        "a.csv": "3", "b.csv": "3", "mine.txt": "x"}  # fmt: skip
    assert names(tmp_path) == ["out"]


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    for word in ("new", "old"):
        (tmp_path / f".out.{word}").mkdir()
        (tmp_path / f".out.{word}" / "half.csv").write_text("1,")
    (tmp_path / "out.lock").write_text("1\n")
    with whole_folder(tmp_path / "out") as folder:
        write_text(folder / "a.csv", "1")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["a.csv"]


def test_one_run_at_a_time(tmp_path):
    with Lock(tmp_path / "out"):
        with pytest.raises(co.DataError, match=f"another run .process {os.getpid()}. is writing"):
            Lock(tmp_path / "out")
        Lock(tmp_path / "other").release()
    assert names(tmp_path) == []
    Lock(tmp_path / "out").release()


def test_a_lock_ends_with_the_process_that_held_it(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from corridors.files import Lock\n"
        "lock = Lock(pathlib.Path(sys.argv[1]))\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(co.DataError, match=f"process {holder.pid}"):
        Lock(tmp_path / "out")
    holder.kill()
    holder.wait(HANG_S)
    holder.stdout.close()
    holder.stdin.close()
    assert names(tmp_path) == ["out.lock"], "what a killed run leaves"
    Lock(tmp_path / "out").release()
    assert names(tmp_path) == []


@POSIX
def test_only_ordinary_files_are_read(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for path, words in (
        (tmp_path / "pipe", "no ordinary file"),
        (tmp_path / "folder", "is a folder"),
        (tmp_path / "none", "No such file"),
        (tmp_path / ("a" * 300), "File name too long"),
        (tmp_path / "a\0b", "null"),
    ):
        with pytest.raises(co.DataError, match=words):
            read_whole(path)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(files.MOST_BYTES + 1)
    with pytest.raises(co.DataError, match=r"50\.0 MB; a file of a network has at most 50 MB"):
        read_whole(large)
    large.write_bytes(b"123")
    assert read_whole(large) == b"123"

    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied", str(large))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(co.DataError, match=r"cannot be read .Permission denied."):
        read_whole(large)


@POSIX
def test_only_ordinary_files_are_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    for path, words in (
        (tmp_path / "pipe", "no ordinary file"),
        (tmp_path / "folder", "is a folder"),
        (tmp_path / "none" / "x", "does not exist"),
        (tmp_path / "file" / "x", "does not exist"),
        (tmp_path / ("a" * 256), "the name has 256 bytes"),
        (tmp_path / ("ж" * 128), "the name has 256 bytes"),
        (tmp_path / "a\0b", "null"),
    ):
        for call in (check_file, lambda p: write_bytes(p, b"x")):
            with pytest.raises(co.DataError, match=words):
                call(path)
    with pytest.raises(co.DataError, match="is a file"):
        check_folder(tmp_path / "file")
    assert names(tmp_path) == ["file", "folder", "pipe"]


@POSIX
def test_a_name_as_long_as_it_may_be_is_written(tmp_path):
    for name in ("a" * 255, "ж" * 127):
        write_text(tmp_path / name, "x")
        with whole_folder(tmp_path / f"{name[:-1]}b") as folder:
            write_text(folder / "y", "x")
    assert len(names(tmp_path)) == 4


@POSIX
def test_a_file_keeps_its_place_and_its_permissions(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    write_text(tmp_path / "fresh", "x")
    (tmp_path / "usual").touch()
    assert (tmp_path / "fresh").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_is_said_and_nothing_half_is_left(tmp_path, monkeypatch, number):
    (tmp_path / "out").write_text("old")

    def refuse(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", refuse)
    with pytest.raises(co.DataError, match=f"out: cannot be written .{os.strerror(number)}"):
        write_text(tmp_path / "out", "new")
    with (
        pytest.raises(co.DataError, match=os.strerror(number)),
        whole_folder(tmp_path / "tables") as folder,
    ):
        write_text(folder / "a.csv", "1")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_text() == "old"


def test_a_table_of_results_is_no_program():
    frame = pd.DataFrame(
        {
            "name": ["=1+1", "@SUM(A1)", "+7", "-7", "\t=1", "\r=1", "'=1", "Brest", "'t Zand"],
            "t": [-1.5, 2, 3, 4, 5, 6, 7, 8, 9],
        }
    )
    lines = csv_text(frame).splitlines()[1:]
    assert lines == [
        "'=1+1,-1.5", "'@SUM(A1),2.0", "'+7,3.0", "'-7,4.0", "\\x09=1,5.0", "\\x0d=1,6.0",
        "''=1,7.0", "Brest,8.0", "'t Zand,9.0",
    ]  # fmt: skip
    for text in frame["name"]:
        if text.isprintable():
            assert from_cell(cell(text)) == text
    assert frame.loc[0, "name"] == "=1+1", "the frame stays as it is"


def test_tables_are_written_as_pandas_writes_them():
    """Numbers to their last digit, and nothing where nothing is known; apostrophes aside."""
    frame = pd.DataFrame(
        {
            "name": ["Brest", None, 'a "quoted", word', "two\nlines", ""],
            "t": [0.1, -0.0, float("nan"), 1e16, 1.5e-7],
            "usd": [1e22, float("inf"), -float("inf"), 1 / 3, 12345678.9],
            "count": [0, -1, 2, 2**62, 3],
            "shut": [True, False, True, True, False],
            "mixed": [1, 2.5, None, "text", float("nan")],
            "numbers": pd.Series([1.0, np.float64(0.1), np.int64(3), None, True], dtype=object),
            "some": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "share": pd.array([1.5, None, 3, 0.1, 5], dtype="Float64"),
            "day": pd.to_datetime(["2025-09-12", None, "2025-01-01", "2024-02-29", "2000-01-01"]),
            "kind": pd.Categorical(["rail", None, "road", "rail", "sea"]),
        }
    )
    for own in (frame, frame[["t", "count"]], frame[["name"]], frame.iloc[:0], frame.iloc[:0, :0]):
        as_objects = own.astype({"day": object}) if "day" in own else own
        assert csv_text(own) == as_objects.to_csv(index=False, lineterminator="\n")
