"""What is trained on, from the shards of a synthesis, and that nothing of another training is lost."""

import pickle
from pathlib import Path

import pytest
from trainings import save_llama

from pad_ray.config import BudgetConfig, StudentConfig
from pad_ray.errors import RunDirectoryError, TrainingError
from pad_ray.records import Judged, Program, Question, Verdict, judged_table
from pad_ray.shards.place import Place
from pad_ray.shards.writer import write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.lesson import synthesis_source, teach
from pad_ray.student.mapped import MappedCorpus


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


class Lesson:
    """A lesson whose training ends where Ray would have to run: its folder is claimed and its corpus made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.synthesis = folder / "student", folder / "synthesis"
        self.model = save_llama(folder / "llama")
        write(self.synthesis, 0)

    def begin(self, *, seed: int = 1, set_aside: object = None, **settings: object) -> None:
        config = StudentConfig(max_source_tokens=64, max_target_tokens=64, **settings)
        source = synthesis_source(self.synthesis, Lessons(9, learn_from=config.learn_from))
        with pytest.raises(TrainingError, match="Ray is not running"):
            teach(
                source, model=str(self.model), folder=self.folder, config=config, seed=seed, stage="train",
                report=lambda _: None, set_aside=set_aside,
            )  # fmt: skip

    def learnt(self) -> list[str]:
        corpus = MappedCorpus(self.folder / "corpus")
        return corpus.source_ids(range(len(corpus)))


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    monkeypatch.setattr("ray.is_initialized", lambda: False)  # another test of this process may have started it
    return Lesson(tmp_path)


def test_the_corpus_of_another_training_is_not_replaced(lesson: Lesson) -> None:
    lesson.begin()
    before = lesson.learnt()
    assert len(before) == 6
    with pytest.raises(RunDirectoryError, match=r"differs in: corpus, student\.learn_from"):
        lesson.begin(learn_from="all")
    with pytest.raises(RunDirectoryError, match=r"differs in: corpus, student\.budget\.examples"):
        lesson.begin(budget=BudgetConfig(examples=2))
    assert lesson.learnt() == before
    lesson.begin()


def test_another_training_can_be_set_aside_first(lesson: Lesson) -> None:
    lesson.begin()
    aside: list[list[str]] = []

    def set_aside(names: list[str]) -> None:
        aside.append(names)
        lesson.folder.rename(lesson.folder.with_name("old"))

    lesson.begin(learn_from="all", set_aside=set_aside)
    lesson.begin(learn_from="all", set_aside=set_aside)
    assert aside == [["corpus", "student.learn_from"]]
    assert len(lesson.learnt()) == 9
    assert len(MappedCorpus(lesson.folder.with_name("old") / "corpus")) == 6


def test_a_budget_draws_so_many_programs_by_the_seed(lesson: Lesson) -> None:
    lesson.begin(budget=BudgetConfig(examples=4))
    drawn = lesson.learnt()
    assert len(drawn) == 4
    lesson.folder.rename(lesson.folder.with_name("small"))
    lesson.begin(budget=BudgetConfig(examples=5))
    assert set(drawn) < set(lesson.learnt())
    lesson.folder.rename(lesson.folder.with_name("large"))
    lesson.begin(budget=BudgetConfig(examples=4), seed=2)
    assert set(drawn) != set(lesson.learnt())
