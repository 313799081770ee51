"""Where a folder is, and what is refused as an address."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.errors import ConfigError
from pad_ray.shards.address import Remote, parse


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("/a/b", "/a/b"),
        ("/a/../b/", "/b"),
        (Path("/a/b"), "/a/b"),
        ("file:///a/b%20c", "/a/b c"),
        ("file://localhost/a", "/a"),
        ("/runs/c:d", "/runs/c:d"),
    ],
)
def test_paths(where: str | Path, path: str) -> None:
    assert parse(where) == Path(path)


def test_a_path_is_absolute_as_workers_are_elsewhere() -> None:
    assert parse("runs/run") == Path.cwd() / "runs" / "run"


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("s3://bucket/a/b", "s3://bucket/a/b"),
        ("S3://bucket//a/b/", "s3://bucket/a/b"),
        ("gs://bucket", "gs://bucket"),
        ("gcs://bucket/a", "gs://bucket/a"),
        (
            "s3://bucket/a?endpoint_override=127.0.0.1:9000&scheme=http&region=x",
            "s3://bucket/a?endpoint_override=127.0.0.1:9000&scheme=http&region=x",
        ),
    ],
)
def test_addresses(where: str, address: str) -> None:
    found = parse(where)
    assert isinstance(found, Remote)
    assert str(found) == address
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    "where",
    [
        "",
        "http://host/a",
        "hdfs://host/a",
        "s3:/bucket/a",
        Path("s3://bucket/a"),
        "s3://",
        "s3:///a",
        "s3://bucket/../other",
        "s3://bucket/a#b",
        "s3://bucket/a?retries=3",
        "s3://bucket/a?scheme=ftp",
        "s3://bucket/a?anonymous=perhaps",
        "file://host/a",
    ],
)
def test_what_is_no_address_is_refused(where: str | Path) -> None:
    with pytest.raises(ConfigError):
        parse(where)


@pytest.mark.parametrize(
    "where",
    [
        "s3://AKIA:{secret}@bucket/a",
        "s3://{secret}@bucket/a",
        "s3://AKIA:{secret}/bucket",
        "s3://AKIA:x/{secret}@bucket/a",
        "s3://bucket/a?access_key=AKIA&secret_key={secret}",
        "s3://bucket/a?{secret}",
        "s3://bucket/a?endpoint_override=user:{secret}@host",
        "s3://bucket/a?endpoint_override=user:{secret}%40host",
        "gs://token:{secret}@bucket/a",
        "https://user:{secret}@bucket/a",
    ],
)
def test_credentials_are_refused_and_not_repeated(where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(where.format(secret="wJalrXUtnFEMI"))
    assert "wJalr" not in str(refused.value)
    assert "AKIA" not in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_a_folder_or_refused(text: str) -> None:
    for where in (text, f"s3://{text}", f"file://{text}", f"gs://b/{text}"):
        try:
            found = parse(where)
        except ConfigError as error:
            assert "\n" not in str(error)
        else:
            assert isinstance(found, Path) or parse(str(found)) == found
