"""The ledger in an object store, against a real S3 server."""

from __future__ import annotations

import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from object_store import ObjectStore, object_store  # noqa: F401  a fixture

from pad_ray.errors import RunDirectoryError, ShardError
from pad_ray.shards import damage
from pad_ray.shards.damage import DAMAGED, Damage, whole_records
from pad_ray.shards.lease import BEAT_FILE, Lease
from pad_ray.shards.manifest import claim, close
from pad_ray.shards.place import Place
from pad_ray.shards.reader import is_whole, read_shard, read_shards, records
from pad_ray.shards.writer import write_shard

BEAT = 0.2
"""Seconds between beats: long beside a request to a server on this machine."""

LARGE = 12 << 20
"""Bytes that are sent in more than one part."""

WRITER = """
import sys
from pad_ray.shards.place import Place
place, content = Place.of(sys.argv[1]), bytes(int(sys.argv[2]))
for number in range(1_000):
    place.put_bytes(f"shard-{number:06d}.arrow", content)
"""

HOLDER = """
import sys
from pad_ray.shards.lease import Lease
from pad_ray.shards.place import Place
with Lease(Place.of(sys.argv[1]), beat_seconds=float(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


def numbers(*values: int) -> pa.Table:
    return pa.table({"number": list(values)})


@pytest.fixture
def folder(object_store: ObjectStore) -> Place:  # noqa: F811
    return object_store.bucket() / "runs/run/shards"


@pytest.fixture
def written(folder: Place) -> Place:
    """A folder with three shards."""
    for index in (0, 1, 2):
        write_shard(folder, index, numbers(index, index + 1), questions=2)
    return folder


def test_shards_come_back(written: Place) -> None:
    assert [table["number"].to_pylist() for table in read_shards(written)] == [[0, 1], [1, 2], [2, 3]]
    found = records(str(written))
    assert [record.questions for record in found] == [2, 2, 2]
    assert all(is_whole(written, record) for record in found)
    assert read_shard(pickle.loads(pickle.dumps(written)), found[1]) == numbers(1, 2)
    assert whole_records(written) == (found, [])


def test_a_shard_is_the_same_in_a_store_and_on_a_disk(written: Place, tmp_path: Path) -> None:
    for index in (0, 1, 2):
        record = write_shard(tmp_path, index, numbers(index, index + 1), questions=2)
        assert written.read_bytes(record.file) == (tmp_path / record.file).read_bytes()
        assert written.sha256(record.file) == record.sha256


def test_a_file_is_one_put(object_store: ObjectStore, folder: Place) -> None:  # noqa: F811
    folder.put_bytes("one-put", bytes(100_000))
    (line,) = object_store.requests("one-put")
    assert "PUT" in line and "uploadId" not in line


def test_what_fails_while_it_is_made_is_never_sent(object_store: ObjectStore, folder: Place) -> None:  # noqa: F811
    with pytest.raises(ZeroDivisionError):
        folder.put("never-sent", lambda file: file.write(bytes(LARGE)) / 0)
    assert object_store.requests("never-sent") == []
    assert folder.names() == []


def test_a_killed_writer_leaves_whole_files_only(object_store: ObjectStore, folder: Place) -> None:  # noqa: F811
    parts = re.compile(r"partNumber")
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(LARGE)]) as writer:
        key = folder.address.partition("?")[0].removeprefix("s3://")
        while sum(bool(parts.search(line)) for line in object_store.requests(key)) < 4:
            assert writer.poll() is None
            time.sleep(0.005)
        writer.send_signal(signal.SIGKILL)
    sizes = folder.sizes()
    assert sizes and set(sizes.values()) == {LARGE}


def flip_a_bit(folder: Place, name: str, place: int) -> None:
    content = bytearray(folder.read_bytes(name))
    content[place] ^= 1
    folder.put_bytes(name, bytes(content))


@pytest.mark.parametrize("in_memory", [True, False])
def test_damaged_objects_are_set_aside(written: Place, in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not in_memory:
        monkeypatch.setattr(damage, "IN_MEMORY_BYTES", 0)
    flip_a_bit(written, "shard-000000.arrow", 100)
    written.put_bytes("shard-000002.arrow", written.read_bytes("shard-000002.arrow")[:-1])
    found, damages = whole_records(written)
    assert [record.index for record in found] == [1]
    size = len((written / DAMAGED).read_bytes("shard-000002.arrow"))
    assert damages == [
        Damage("shard-000000.arrow", "its checksum is not the recorded one"),
        Damage("shard-000002.arrow", f"it has {size} bytes, and {size + 1} were committed"),
    ]
    assert written.names() == ["shard-000001.arrow", "shard-000001.json"]
    assert (written / DAMAGED).names() == [
        "shard-000000.arrow",
        "shard-000000.json",
        "shard-000002.arrow",
        "shard-000002.json",
    ]


def test_a_folder_is_claimed_and_known(folder: Place) -> None:
    assert claim(folder, {"seed": 7}) is False
    write_shard(folder / "shards", 0, numbers(1))
    assert claim(folder, {"seed": 7}) is True
    with pytest.raises(RunDirectoryError, match="seed was 7, is 8"):
        claim(folder, {"seed": 8})
    close(folder, {"seed": 7}, records(folder / "shards"))
    assert claim(folder, {"seed": 7}) is True


def test_a_foreign_folder_is_refused(folder: Place) -> None:
    (folder / "thesis").put_bytes("chapter-1", b"years of work")
    with pytest.raises(RunDirectoryError, match="not empty and not made by pad-ray"):
        claim(folder, {})


def test_moving_between_a_store_and_a_disk(written: Place, tmp_path: Path) -> None:
    here = Place.of(tmp_path)
    written.move("shard-000001.arrow", here)
    assert here.names() == ["shard-000001.arrow"]
    assert not written.exists("shard-000001.arrow")
    here.move("shard-000001.arrow", written)
    assert here.names() == []
    assert is_whole(written, records(written)[1])


def test_a_bucket_that_is_not_there_is_named(folder: Place) -> None:
    nowhere = Place.of(folder.address.replace("s3://bucket-", "s3://nowhere-"))
    for use in (nowhere.make, lambda: nowhere.put_bytes("file", b"")):
        with pytest.raises(ShardError, match=r"there is no bucket 'nowhere-\w+'; make it, or name another"):
            use()
    folder.make()


def test_an_object_that_is_not_there_is_named(folder: Place) -> None:
    for use in (folder.read_bytes, folder.open, folder.sha256, folder.size):
        with pytest.raises(ShardError, match=r"gone.*: .*no such"):
            use("gone")
    folder.remove("gone")


@pytest.fixture
def holder(folder: Place) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that works in the folder until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(BEAT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_folder_that_is_worked_in_is_refused_and_then_free(folder: Place, holder: subprocess.Popen[bytes]) -> None:
    with (
        pytest.raises(RunDirectoryError, match=f"process {holder.pid} on host '.*' works in it"),
        Lease(folder, beat_seconds=BEAT),
    ):
        pass
    assert holder.stdin
    holder.stdin.close()
    holder.wait()
    assert not folder.exists(BEAT_FILE)
    with Lease(folder, beat_seconds=BEAT) as lease:
        lease.check()


def test_the_folder_of_a_killed_process_is_taken_over(folder: Place, holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    holder.wait()
    assert folder.exists(BEAT_FILE)
    with Lease(folder, beat_seconds=BEAT) as lease:
        lease.check()
        folder.put_json(BEAT_FILE, {"token": "another", "host": "elsewhere", "pid": 7, "beat": 1})
        end = time.monotonic() + 50 * BEAT
        with pytest.raises(RunDirectoryError, match="taken over by process 7 on host 'elsewhere'"):
            while time.monotonic() < end:
                lease.check()
                time.sleep(BEAT / 4)
    assert folder.read_json(BEAT_FILE)["token"] == "another"
