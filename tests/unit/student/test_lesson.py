"""What is trained on, from the shards of a synthesis."""

import pickle
from pathlib import Path

from pad_ray.records import Judged, Program, Question, Verdict, judged_table
from pad_ray.shards.place import Place
from pad_ray.shards.writer import write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.lesson import synthesis_source


def write(folder: Path, shard: int, code: str = "ans = {}") -> None:
    """A shard of three questions with two right programs and a wrong one each."""
    rows = []
    for number in range(3):
        name = f"set/{shard}-{number}"
        for draw, status in enumerate(("right", "wrong", "right")):
            program = Program(f"{name}@program-v1#{draw}", name, draw, code.format(draw), "", "model", "program-v1")
            rows.append(Judged(Question(name, f"What is {number}?", "3"), program, Verdict(status), status == "right"))
    write_shard(folder / "shards", shard, judged_table(rows))


def test_a_source_gives_the_selected_programs_shard_by_shard(tmp_path: Path) -> None:
    write(tmp_path, 0)
    write(tmp_path, 1)
    source = synthesis_source(Place.of(tmp_path), Lessons(1))
    assert len(source.parts) == 2
    assert next(iter(source)).target == "ans = 0"
    assert [example.source_id for example in source] == [f"set/{s}-{n}@program-v1#0" for s in (0, 1) for n in range(3)]
    assert next(example.source_id for example in source.parts[1]()) == "set/1-0@program-v1#0"


def test_its_parts_can_be_sent_to_other_nodes(tmp_path: Path) -> None:
    write(tmp_path, 0)
    part = synthesis_source(tmp_path, Lessons(2)).parts[0]
    assert list(pickle.loads(pickle.dumps(part))()) == list(part())


def test_it_is_another_when_a_shard_is_or_more_is_kept(tmp_path: Path) -> None:
    write(tmp_path, 0)
    identities = [synthesis_source(tmp_path, Lessons(keep)).identity for keep in (1, 2, 1)]
    assert identities[0] == identities[2] != identities[1]
    write(tmp_path, 0, code="answer = {}")
    assert synthesis_source(tmp_path, Lessons(1)).identity != identities[0]
    write(tmp_path, 0)
    assert synthesis_source(tmp_path, Lessons(1)).identity == identities[0]
    write(tmp_path, 1)
    assert synthesis_source(tmp_path, Lessons(1)).identity != identities[0]


def test_without_shards_there_is_no_example(tmp_path: Path) -> None:
    assert list(synthesis_source(tmp_path, Lessons(1))) == []
