"""The thread that writes savepoints: one at a time, and what it cannot write is said."""

import os
import threading
from pathlib import Path

import pytest
import torch

from pad_ray.errors import TrainingError
from pad_ray.student.savepoint import damaged_file, read
from pad_ray.student.sealing import SavepointWriter, is_of_the_disk, save


def place(folder: Path, step: int) -> tuple[Path, Path]:
    """(a savepoint, its file of states)."""
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    return path, path / "states.pt"


@pytest.fixture
def writer(tmp_path: Path) -> SavepointWriter:
    return SavepointWriter(tmp_path, rank=0, ranks=1)


def test_what_is_written_is_whole_and_only_the_last_are_kept(tmp_path: Path, writer: SavepointWriter) -> None:
    for step in (1, 2, 3):
        path, file = place(tmp_path, step)
        writer.write(path, {file: {"weights": torch.full((5,), float(step))}}, [])
    writer.wait()
    writer.check()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-3"]
    newest = read(tmp_path / "checkpoint-3")
    assert newest is not None and damaged_file(newest) is None
    assert torch.load(newest.path / "states.pt")["weights"].tolist() == [3.0] * 5


def test_the_next_waits_for_the_one_before(tmp_path: Path, writer: SavepointWriter) -> None:
    first, second = place(tmp_path, 1), place(tmp_path, 2)
    os.mkfifo(first[1])  # the writer stays at it until somebody reads
    writer.write(first[0], {first[1]: torch.ones(3)}, [])
    writer.check()
    next_one = threading.Thread(target=writer.write, args=(second[0], {second[1]: torch.ones(3)}, []))
    next_one.start()
    next_one.join(0.2)
    assert next_one.is_alive() and not second[1].exists()
    first[1].rename(first[1].with_name("pipe"))
    first[1].touch()
    with first[1].with_name("pipe").open("rb") as pipe:
        pipe.read()
    next_one.join()
    writer.wait()
    assert read(second[0]) is not None


def test_a_full_disk_is_said_in_one_line_and_the_one_before_stays(tmp_path: Path, writer: SavepointWriter) -> None:
    (before, file), (path, full) = place(tmp_path, 1), place(tmp_path, 2)
    writer.write(before, {file: torch.ones(3)}, [])
    full.symlink_to("/dev/full")
    writer.write(path, {full: torch.ones(100_000)}, [])
    with pytest.raises(TrainingError, match=r"^savepoint checkpoint-2 cannot be written \(No space left .*; make room"):
        writer.wait()
    assert read(before) is not None and read(path) is None
    assert not list(path.iterdir()), "what was begun leaves its room to others"
    writer.check()


def test_a_full_disk_is_known_by_what_torch_says(tmp_path: Path) -> None:
    """transformers saves to paths, where torch raises a RuntimeError, as it does when another rank is gone."""
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    with pytest.raises(RuntimeError) as failure:
        torch.save({"weights": torch.ones(100_000)}, full)
    assert is_of_the_disk(failure.value)
    assert not is_of_the_disk(RuntimeError("Connection closed by peer"))
    with pytest.raises(OSError, match="No space left"):
        save({"weights": torch.ones(100_000)}, full)
