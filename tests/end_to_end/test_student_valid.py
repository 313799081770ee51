"""Validations in real trainings: two ranks, DeepSpeed, programs that are run, tiny models that learn and unlearn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from trainings import CONFIG, Trained, assert_same_weights, rank_processes, save_tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel

from pad_ray.config import LoraConfig, QuestionsConfig, RayConfig, StudentConfig, ValidationConfig
from pad_ray.runtime import ray_cluster
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.history import History
from pad_ray.student.trainer import train_student
from pad_ray.teacher.prompt import render

WORDS = ["one", "two", "three", "four", "five"]
QUESTIONS = [f"What is {word}?" for word in WORDS]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=1, object_store_gib=0.2)):
        yield


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 of 0.1M random parameters, large ones, which learn a few answers by heart in 200 steps. It has dropout, so
    that random numbers count."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    size = {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 128, "resid_pdrop": 0.1, "attn_pdrop": 0.0}
    size |= {"initializer_range": 0.1}
    GPT2LMHeadModel(GPT2Config(vocab_size=300, bos_token_id=1, eos_token_id=1, pad_token_id=0, **size)).save_pretrained(
        folder
    )
    save_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "words.jsonl"
    rows = [{"id": str(n), "question": text, "answer": str(n)} for n, text in enumerate(QUESTIONS, 1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def corpus(folder: Path, model: Path, right: bool) -> Path:
    """Each question forty times, with its answer or with another's."""
    examples = [
        Example(render("program-v1", question=text), f"ans = {n if right else n + 1}")
        for text, n in zip(QUESTIONS, range(1, 6), strict=True)
        for _ in range(40)
    ]
    build_corpus(lambda: examples, str(model), folder, max_source=64, max_target=32, seq2seq=False)
    return folder


LEARNING = CONFIG.model_copy(update={"max_target_tokens": 32, "learning_rate": 5e-3, "epochs": 4.0})


def validated(asked: Path, **settings: object) -> dict[str, ValidationConfig]:
    questions = QuestionsConfig(set="jsonl", path=asked)
    return {"validation": ValidationConfig(questions=questions, batch_size=2, **{"every_steps": 10} | settings)}


def run(
    corpus: Path, model: Path, out_dir: Path, config: StudentConfig, on_entry: Callable[[dict], None] | None = None
) -> Trained:
    heard: list[dict] = []

    def hear(entry: dict) -> None:
        heard.append(entry)
        if on_entry is not None:
            on_entry(entry)

    report = train_student(
        corpus_dir=corpus, model=str(model), out_dir=out_dir, config=config, seed=3, on_progress=hear
    )
    return Trained(out_dir, report, heard)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return corpus(tmp_path_factory.mktemp("right"), base, right=True)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, base: Path, right: Path, asked: Path) -> Trained:
    """Has learnt the five answers by heart; checkpoints at steps 40 and 50 are left."""
    return run(right, base, tmp_path_factory.mktemp("learnt") / "out", LEARNING.model_copy(update=validated(asked)))


def test_a_student_is_asked_on_its_way(learnt: Trained) -> None:
    made = [entry for entry in learnt.heard if "accuracy" in entry]
    assert [entry["step"] for entry in made] == [*range(10, learnt.report.steps, 10), learnt.report.steps]
    assert made[0]["accuracy"] < made[-1]["accuracy"] == made[-1]["ran"] == 1.0
    assert made[-1]["interval"] == pytest.approx([0.5655, 1.0], abs=1e-4)
    assert History(learnt.out_dir / "validations.jsonl").entries() == made
    said = json.loads((learnt.report.model_path / "training_report.json").read_text())["validation"]
    assert said == {"best": made[-1], "last": made[-1], "stopped_early": False}
    assert not (learnt.out_dir / "best").exists()
    assert AutoModelForCausalLM.from_pretrained(learnt.report.model_path).config.use_cache is True


def test_the_steps_are_bit_for_bit_those_of_a_training_without(
    learnt: Trained, base: Path, right: Path, tmp_path: Path
) -> None:
    """With dropout; of what is saved along the way nothing differs, random states included."""
    without = run(right, base, tmp_path / "out", LEARNING)
    assert losses(without) == losses(learnt)
    assert_same_weights(without.weights, learnt.weights, 0)
    ours, theirs = states(learnt), states(without)
    assert ours.keys() == theirs.keys() != set()
    for name, content in ours.items():
        assert same(content, theirs[name]), name


def losses(trained: Trained) -> list[tuple[int, float]]:
    return [(entry["step"], entry["loss"]) for entry in trained.heard if "loss" in entry]


def states(trained: Trained) -> dict[str, object]:
    """What the ranks saved: weights, optimizer, random states."""
    found = trained.out_dir.glob("checkpoints/**/*")
    return {
        str(path.relative_to(trained.out_dir)): torch.load(path, weights_only=False)
        for path in found
        if path.name.startswith("rng_state") or path.name.endswith("states.pt")
    }


def same(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return True  # settings, which name folders


@pytest.fixture(scope="module")
def unlearning(tmp_path_factory: pytest.TempPathFactory, base: Path, asked: Path) -> tuple[Path, StudentConfig]:
    """Wrong answers: all is still right at step 4, and at step 12, the third validation, hardly anything.

    Answers change when the learning rates of the steps add up to about 1e-2; here they are 4e-3 and 3e-2.
    """
    wrong = corpus(tmp_path_factory.mktemp("wrong"), base, right=False)
    rising = {"learning_rate": 4e-3, "warmup_ratio": 0.05, "checkpoint_steps": 5}
    return wrong, LEARNING.model_copy(update=validated(asked, every_steps=4, patience=2) | rising)


@pytest.fixture(scope="module")
def stopped(
    tmp_path_factory: pytest.TempPathFactory, learnt: Trained, unlearning: tuple[Path, StudentConfig]
) -> Trained:
    wrong, config = unlearning
    return run(wrong, learnt.report.model_path, tmp_path_factory.mktemp("stopped") / "out", config)


def test_the_best_is_the_model_and_the_training_stops_early(stopped: Trained, base: Path, learnt: Trained) -> None:
    said = json.loads((stopped.report.model_path / "training_report.json").read_text())
    best, last = said["validation"]["best"], said["validation"]["last"]
    assert best["accuracy"] > last["accuracy"]
    assert best["step"] < last["step"] == said["steps"] == stopped.report.steps < learnt.report.steps
    assert said["validation"]["stopped_early"]
    assert any(f"training stops at step {last['step']}: 2 validations" in message for message in stopped.messages)
    assert stopped.heard[-1]["eta_seconds"] == 0
    assert not list(stopped.out_dir.glob(f"checkpoints/checkpoint-{last['step']}"))
    assert right_answers(stopped.report.model_path) == round(5 * best["accuracy"])
    assert (stopped.report.model_path / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()


def right_answers(model: Path) -> int:
    """Of the finished checkpoint, by what it writes."""
    student, tokenizer = AutoModelForCausalLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    right = 0
    for number, text in enumerate(QUESTIONS, 1):
        prompt = tokenizer(render("program-v1", question=text), return_tensors="pt")
        made = student.generate(**prompt, max_new_tokens=32, do_sample=False)
        said = tokenizer.decode(made[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        right += said.strip() == f"ans = {number}"
    return right


def test_a_rank_that_dies_is_replaced_and_the_best_is_the_same(
    stopped: Trained, learnt: Trained, unlearning: tuple[Path, StudentConfig], tmp_path: Path
) -> None:
    """Killed after the best is in place, and gone on with from a savepoint before its last validations."""
    killed: list[int] = []

    def kill_one_rank(entry: dict) -> None:
        if not killed and "accuracy" in entry and entry["step"] == 8:
            rank = rank_processes()[-1]
            rank.kill()
            killed.append(rank.pid)

    wrong, config = unlearning
    after = run(wrong, learnt.report.model_path, tmp_path / "out", config, kill_one_rank)
    assert killed
    assert_same_weights(after.weights, stopped.weights, 1e-6)
    made = [History(trained.out_dir / "validations.jsonl").entries() for trained in (after, stopped)]
    assert [(e["step"], e["accuracy"]) for e in made[0]] == [(e["step"], e["accuracy"]) for e in made[1]]


@pytest.mark.slow
@pytest.mark.parametrize("lora", [None, LoraConfig(rank=4, dropout=0.1)])
def test_sharded_weights_and_adapters_are_asked_and_not_disturbed_either(
    lora: LoraConfig | None, base: Path, right: Path, asked: Path, tmp_path: Path
) -> None:
    sharded = LEARNING.model_copy(update={"zero_stage": 3, "precision": "bf16", "lora": lora, "epochs": 1.0})
    without = run(right, base, tmp_path / "without", sharded)
    with_it = run(right, base, tmp_path / "with", sharded.model_copy(update=validated(asked, every_steps=4)))
    assert losses(with_it) == losses(without)
    said = json.loads((with_it.report.model_path / "training_report.json").read_text())["validation"]
    if said["best"]["step"] == with_it.report.steps:
        assert_same_weights(with_it.weights, without.weights, 0)
    assert (with_it.report.model_path / "adapter").exists() == (lora is not None)
