"""The recorded teacher: any completion found again by its place in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.errors import ConfigError
from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.recorded import RecordedEngine


def line(question: str, completion: str, *, ascii_only: bool = True) -> str:
    row = {"question_id": question, "model": "m", "completion": completion}
    return json.dumps(row, ensure_ascii=ascii_only)


def written(folder: Path, content: str) -> Path:
    path = folder / "codex.jsonl"
    path.write_bytes(content.encode())
    return path


def draw(index: int) -> Draw:
    return Draw(index, seed=0, temperature=0.8, top_p=1.0, max_tokens=256)


async def texts(engine: RecordedEngine, question: str, n: int = 30) -> list[str]:
    prompt = Prompt("unused", Question(question, "unused", "0"))
    drawn = [await engine.draw(prompt, draw(index)) for index in range(n)]
    return [completion.text for completion in drawn if completion is not None]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n  \n"])
@pytest.mark.parametrize("ascii_only", [True, False])
async def test_completions_come_in_the_order_of_the_file(tmp_path: Path, ending: str, ascii_only: bool) -> None:
    rows = [("b", "größer 🙂"), ("a", "ans = 1\nans = 2"), ("b", "\u2028 line\x85 and\r\n"), ("ä/1", "z"), ("b", "")]
    path = written(tmp_path, "".join(line(*row, ascii_only=ascii_only) + ending for row in rows))
    engine = RecordedEngine(path)
    # Out of order, and again: a place is looked up, not read on from.
    assert await texts(engine, "ä/1") == ["z"]
    assert await texts(engine, "b") == ["größer 🙂", "\u2028 line\x85 and\r\n", ""]
    assert await texts(engine, "a") == ["ans = 1\nans = 2"]
    assert await texts(engine, "b", n=2) == ["größer 🙂", "\u2028 line\x85 and\r\n"]
    assert await texts(engine, "unknown") == []
    assert (engine.name, len(engine), engine.most_per_question, engine.skipped) == ("codex", 5, 3, 0)
    await engine.close()


async def test_a_draw_beyond_the_last_is_none_however_often_it_is_asked_for(tmp_path: Path) -> None:
    engine = RecordedEngine(written(tmp_path, line("a", "1") + "\n" + line("a", "2") + "\n"))
    prompt = Prompt("unused", Question("a", "unused", "0"))
    drawn = [await engine.draw(prompt, draw(index)) for index in (2, 1, 2, 0, 1)]
    assert [None if completion is None else completion.text for completion in drawn] == [None, "2", None, "1", "2"]


async def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    engine = RecordedEngine(written(tmp_path, line("a", "1") + "\n" + line("a", "2")))
    assert await texts(engine, "a") == ["1", "2"]


async def test_the_same_completion_twice_counts_twice(tmp_path: Path) -> None:
    engine = RecordedEngine(written(tmp_path, (line("a", "same") + "\n") * 3))
    assert await texts(engine, "a") == ["same"] * 3
    assert engine.most_per_question == 3


async def test_a_byte_order_mark_is_no_part_of_a_row(tmp_path: Path) -> None:
    engine = RecordedEngine(written(tmp_path, "\ufeff" + line("a", "1") + "\n" + line("a", "2") + "\n"))
    assert await texts(engine, "a") == ["1", "2"]


def test_an_empty_file_has_nothing_to_say(tmp_path: Path) -> None:
    engine = RecordedEngine(written(tmp_path, "\n"))
    assert (len(engine), engine.most_per_question) == (0, 0)


BROKEN = [
    "no JSON",
    '{"question_id": "a", "completion": "cut off',
    "[]",
    "7",
    '{"question_id": "a"}',
    '{"completion": "x"}',
    '{"question_id": 5, "completion": "x"}',
    '{"question_id": "a", "completion": null}',
    '{"question_id": "a", "completion": "half a pair \\ud83d"}',
    "[" * 200_000,
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda text: text[:30])
async def test_a_broken_line_is_named_or_skipped(tmp_path: Path, broken: str) -> None:
    path = written(tmp_path, f"{line('a', '1')}\n\n{broken}\n{line('a', '2')}\n")
    with pytest.raises(ConfigError, match=r"codex\.jsonl:3: "):
        RecordedEngine(path)
    engine = RecordedEngine(path, skip_bad=True)
    assert engine.skipped == 1
    assert await texts(engine, "a") == ["1", "2"]


def test_bytes_that_are_no_text_are_a_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "codex.jsonl"
    path.write_bytes(b'{"question_id": "a", "completion": "\xff"}\n')
    with pytest.raises(ConfigError, match=r"codex\.jsonl:1: "):
        RecordedEngine(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.jsonl: cannot be read"):
        RecordedEngine(tmp_path / "nowhere.jsonl")


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["Cs"])))),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
async def test_any_file_is_found_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], ascii_only: bool, ending: str
) -> None:
    folder = tmp_path_factory.mktemp("recorded")
    path = written(folder, "".join(line(*row, ascii_only=ascii_only) + ending for row in rows))
    engine = RecordedEngine(path)
    for question in "cab":
        assert await texts(engine, question, n=len(rows) + 1) == [text for known, text in rows if known == question]
    await engine.close()
