"""A folder on a disk, as a place."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from pad_ray.errors import ConfigError, ShardError
from pad_ray.shards.address import Remote
from pad_ray.shards.bucket import _endpoint_of_environment, _reason
from pad_ray.shards.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.of(tmp_path / "here")


def test_a_place_is_its_address(tmp_path: Path) -> None:
    place = Place.of(tmp_path)
    assert str(place) == str(tmp_path)
    assert place == Place.of(str(tmp_path)) == Place.of(place) == Place.of(f"file://{tmp_path}")
    assert pickle.loads(pickle.dumps(place)) == place
    assert {place: 1}[Place.of(tmp_path)] == 1
    assert place.local == tmp_path


def test_below_a_place_is_another(tmp_path: Path) -> None:
    assert (Place.of(tmp_path) / "a" / "b/c").local == tmp_path / "a" / "b" / "c"
    store = Place.of("s3://bucket/a?region=x") / "b"
    assert str(store) == "s3://bucket/a/b?region=x"
    assert (store.local, store.name) == (None, "b")
    for up in ("..", "a/../..", "", "/a", "a//b"):
        with pytest.raises(ShardError, match="plain name"):
            Place.of(tmp_path) / up


def test_what_is_put_comes_back(place: Place) -> None:
    place.put("file", lambda file: file.write(b"content"))
    place.put_json("value.json", {"b": [1, None], "a": "ü"})
    place.put_bytes("empty", b"")
    assert place.read_bytes("file") == b"content"
    assert place.read_json("value.json") == {"b": [1, None], "a": "ü"}
    assert place.sha256("file") == hashlib.sha256(b"content").hexdigest()
    assert (place.size("file"), place.exists("file"), place.exists("other")) == (7, True, False)
    assert place.sizes() == {"empty": 0, "file": 7, "value.json": place.size("value.json")}
    for name, content in (("file", b"content"), ("empty", b"")):
        with place.open(name) as file:
            assert file.read() == content


def test_names_are_those_of_files_directly_inside(place: Place) -> None:
    assert (place.names(), place.entries()) == ([], [])
    for name in ("b-1", "a-2", "a-1"):
        place.put_bytes(name, b"")
    (place / "folder").put_bytes("deeper", b"")
    assert place.names() == ["a-1", "a-2", "b-1"]
    assert place.names("a", "1") == ["a-1"]
    assert place.entries() == ["a-1", "a-2", "b-1", "folder"]


def test_files_of_one_put_have_their_names_in_order_or_not_at_all(place: Place) -> None:
    place.put_bytes("first", b"old")
    seen = []

    def look(file: BinaryIO) -> None:
        seen.append(place.read_bytes("first"))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ShardError, match=r"second: cannot be written \(No space left on device\).*make room"):
        place.put_all({"first": lambda file: file.write(b"new"), "second": look})
    assert seen == [b"old"]
    assert place.read_bytes("first") == b"old"
    assert place.entries() == ["first"]


def test_moving_and_removing(place: Place) -> None:
    place.put_bytes("a", b"1")
    place.move("a", place / "aside", "a-1")
    assert (place.names(), (place / "aside").names()) == ([], ["a-1"])
    (place / "aside").remove("a-1")
    (place / "aside").remove("a-1")
    assert (place / "aside").names() == []


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "a\0b"])
def test_a_name_leads_nowhere_else(place: Place, name: str) -> None:
    for use in (place.read_bytes, place.exists, place.size, place.remove, place.sha256, place.open):
        with pytest.raises(ShardError, match="plain name"):
            use(name)
    with pytest.raises(ShardError, match="plain name"):
        place.put_bytes(name, b"")


def test_what_is_not_there_is_named(place: Place) -> None:
    for use in (place.read_bytes, place.size, place.sha256, place.open):
        with pytest.raises(ShardError, match=r"here/gone: "):
            use("gone")
    with pytest.raises(ShardError, match="gone: cannot be moved"):
        place.move("gone", place / "aside")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for use in (Place.of(tmp_path / "file").make, Place.of(tmp_path / "file").names):
        with pytest.raises(ShardError, match="file: cannot be"):
            use()


def test_leftovers_are_swept(place: Place) -> None:
    place.make()
    assert place.local
    (place.local / ".file.17-abc.tmp").write_bytes(b"half")
    place.put_bytes("file", b"")
    assert place.sweep() == 1
    assert place.entries() == ["file"]


def test_many_threads_may_put_one_name(place: Place) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: place.put_json("progress.json", {"n": n}), range(64)))
    assert place.read_json("progress.json")["n"] in range(64)
    assert place.entries() == ["progress.json"]


def test_the_endpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    assert _endpoint_of_environment() == {"scheme": "http", "endpoint_override": "127.0.0.1:9000"}
    for wrong in ("127.0.0.1:9000", "http://user:hidden@host"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", wrong)
        with pytest.raises(ConfigError) as refused:
            _endpoint_of_environment()
        assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("AWS Error NO_SUCH_BUCKET during PutObject", "there is no bucket 'bucket'; make it"),
        ("AWS Error ACCESS_DENIED during ListObjectsV2", "access to bucket 'bucket' is denied"),
        ("AWS Error NETWORK_CONNECTION: curlCode: 7", "the store does not answer"),
        ("AWS Error UNKNOWN (HTTP status 400)\nwith key hidden inside", "with key *** inside"),
    ],
)
def test_a_store_s_words_are_made_plain(monkeypatch: pytest.MonkeyPatch, words: str, said: str) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    reason = _reason(OSError(words), Remote("s3", "bucket/a"))
    assert said in reason
    assert "hidden" not in reason and "\n" not in reason
