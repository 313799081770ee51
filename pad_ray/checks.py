"""What is looked at before anything is started: models, demonstrations, questions, and settings against each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pad_ray.config import BudgetConfig, EngineConfig, QuestionsConfig, RunConfig
from pad_ray.errors import ConfigError, QuestionsError
from pad_ray.questions import open_questions
from pad_ray.shards.place import Place
from pad_ray.student.baselines import student_prompt
from pad_ray.student.checkpoint import describe_checkpoint
from pad_ray.student.claim import check_folder
from pad_ray.student.collator import can_be_packed
from pad_ray.student.held_out import check_held_out
from pad_ray.student.streamed import check_stream
from pad_ray.student.templates import PROGRAM
from pad_ray.student.tokenizer import check_tokenizer, load_tokenizer
from pad_ray.student.trackers import check_trackers
from pad_ray.teacher.engine import resolve_model
from pad_ray.teacher.form import Form, in_form
from pad_ray.teacher.prompt import Demonstration, load_demonstrations, refuse_evaluation_questions
from pad_ray.verification.scorers import embedded_encoder

HUB_FILES = ["*.safetensors", "*.json", "*.model", "*.txt", "*.jinja"]
"""What is fetched of a hub model: weights as safetensors, config, tokenizer. No pickles, no code."""


def check_engine(key: str, config: EngineConfig) -> None:
    """The engine's model is there and of a kind that the engine serves.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    if config.engine == "recorded":
        from pad_ray.teacher.recorded import RecordedEngine

        RecordedEngine(Path(config.model), skip_bad=config.on_bad_row == "skip")
    if config.engine not in ("vllm", "huggingface"):
        if config.form == "chat":
            instead = f"; set {key}.endpoint.api to chat" if config.engine == "openai" else ""
            raise ConfigError(f"{key}.form: chat is for vllm and huggingface{instead or '; set it to plain'}")
        return
    model = resolve_model(config.model)
    if not looks_local(model):
        return  # a hub name: the engine fetches it, and says what it lacks
    try:
        info = describe_checkpoint(model)
    except ConfigError as error:
        raise ConfigError(f"{key}.model: {error}") from None
    if config.engine == "vllm" and info.encoder_decoder:
        raise ConfigError(
            f"{key}.engine: vllm does not serve encoder-decoder models such as {config.model}; "
            f"set {key}.engine=huggingface"
        )
    check_form(f"{key}.form", config.form, model)


def check_form(key: str, form: Form, model: str | Path) -> None:
    """The checkpoint in the folder `model` can be asked in this form.

    Raises:
        ConfigError: its tokenizer has no chat template that would do.
    """
    if form == "plain":
        return  # seconds, for a tokenizer that nobody doubts
    try:
        in_form(load_tokenizer(str(model)), form, ["?"])
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from None


def looks_local(model: str) -> bool:
    """Whether a model name is a path: one that exists, or one that is written like a path."""
    return Path(model).exists() or model.startswith(("/", "./", "../", "~")) or model.count("/") > 1


def student_checkpoint(config: RunConfig) -> Path:
    """The folder of the student's base checkpoint, fetched from the hub where that is where it is.

    Raises:
        ConfigError: if it is no checkpoint, or cannot be fetched.
    """
    model = resolve_model(config.student.model)
    if looks_local(model):
        try:
            describe_checkpoint(model)
        except ConfigError as error:
            raise ConfigError(f"student.model: {error}") from None
        return Path(model)
    return fetched("student.model", model)


def fetched(key: str, model: str) -> Path:
    """The folder of a model on the hub, fetched unless it has been.

    Raises:
        ConfigError: it cannot be.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"{key}: {model} is no local folder and cannot be fetched from the hub ({reason}); "
            "give the path of a checkpoint or a hub name"
        ) from None


def check_student_engine(config: RunConfig, base: Path) -> None:
    """The engine that samples the student serves its architecture, and its tokenizer has the form it is asked in.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    if config.student_engine.engine not in ("vllm", "huggingface"):
        raise ConfigError("student_engine.engine: a student is a model; set it to vllm or huggingface")
    check_form("student.form", config.student.form, base)
    check_engine("student_engine", config.engine_of(str(base)))


def check_trainable(config: RunConfig, base: Path) -> None:
    """The checkpoint `base` can be trained as the config says.

    Raises:
        ConfigError: if nobody knows how to pack examples for it, its tokenizer is another model's, the budget cannot be
            kept, savepoints would not be found again in the run directory, or there is no way to log to where it is
            to be logged.
    """
    check_trackers(config.student)
    check_folder(config.run_dir)
    try:
        check_tokenizer(base)
    except ConfigError as error:
        raise ConfigError(f"student.model: {error}") from None
    student, info = config.student, describe_checkpoint(base)
    if student.packing and not info.encoder_decoder and not can_be_packed(info.model_type):
        raise ConfigError(
            f"student.packing: examples of a {info.model_type} model cannot be kept apart in a packed row; "
            "set student.packing=false"
        )
    if student.stream:
        check_stream(student)


def check_verification(config: RunConfig, fetch: Callable[[str, str], Path] = fetched) -> None:
    """What verifies a student's programs can be had.

    Args:
        fetch: makes of a key and a hub name a folder.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    verification = config.evaluation.verification
    if verification is None:
        return
    if verification.scorer == "embedded":
        embedded_encoder()
    if verification.scorer != "paper":
        return
    key, encoder = "evaluation.verification.encoder", verification.encoder
    folder = Path(encoder) if looks_local(encoder) else fetch(key, encoder)
    if not (folder / "config.json").is_file():
        raise ConfigError(
            f"{key}: {encoder} is no folder of an encoder; give one with config.json and model.safetensors, a hub "
            "name, or set evaluation.verification.scorer to embedded"
        )
    if not any(folder.glob("*.safetensors")):
        raise ConfigError(
            f"{key}: {encoder} has no weights as safetensors, and pickles are not read here; where you trust it, once: "
            f'python -c "from transformers import AutoModel as M, AutoTokenizer as T; '
            f"[x.from_pretrained('{encoder}').save_pretrained('models/encoder') for x in (M, T)]\", then {key}="
            "./models/encoder"
        )


def check_refined(config: RunConfig) -> None:
    """The student of this run can be refined, where it is to be.

    Raises:
        ConfigError: if it writes chains of thought, or has learnt as much as its budget allows.
    """
    if not config.refinement.rounds:
        return
    if student_prompt(config) != PROGRAM:
        raise ConfigError(
            "refinement.rounds: a chain of thought cannot be repaired by running it; set refinement.rounds=0"
        )
    if config.student.budget != BudgetConfig():
        raise ConfigError(
            "refinement.rounds: a round would go beyond student.budget; set refinement.rounds=0, or leave the budget "
            "out"
        )


def check_sampled(config: RunConfig) -> None:
    """The finished student is a model that engines can load, and is asked for what it has learnt to write.

    Raises:
        ConfigError: if it will be an adapter alone, or asked for something else.
    """
    if config.student.lora and not config.student.lora.merge:
        raise ConfigError(
            "student.lora.merge: false leaves an adapter, which is not sampled or evaluated; set it to true, or use "
            "only synthesize and train"
        )
    if config.evaluation.prompt != student_prompt(config):
        raise ConfigError(
            f"evaluation.prompt: {config.evaluation.prompt}, and the student learns what teacher.prompt.version asks "
            f"for; set evaluation.prompt={student_prompt(config)}"
        )


def checked_demonstrations(config: RunConfig) -> tuple[tuple[Demonstration, ...], ...]:
    """The demonstrations of each file, none of which is a question of an evaluation set.

    Raises:
        ConfigError: if one is, or they cannot be read.
    """
    files = load_demonstrations(config.teacher.prompt)
    if files:
        shown = [demonstration for file in files for demonstration in file]
        for questions in config.evaluation.sets:
            texts = (question.text for question in open_questions(questions))
            refuse_evaluation_questions(shown, texts, questions.name)
    return files


def check_places(config: RunConfig) -> None:
    """Where judged programs are to be kept can be an address.

    Raises:
        ConfigError: if it cannot, or has credentials in it.
    """
    if config.synthesis.folder is not None:
        Place.of(config.synthesis.folder)


def check_questions(config: RunConfig) -> None:
    """The first question of every set can be read: a wrong path shows now, not after the training. Validation questions
    are in no other set.

    Raises:
        ConfigError: if they are.
        QuestionsError: naming the file.
    """
    check_held_out(config)
    validation = config.student.validation
    sets = {"questions": config.questions}
    sets |= {f"evaluation.sets.{place}": questions for place, questions in enumerate(config.evaluation.sets)}
    sets |= {f"refinement.judged_by.{place}": questions for place, questions in enumerate(config.refinement.judged_by)}
    sets |= {"student.validation.questions": validation.questions} if validation else {}
    for key, questions in sets.items():
        check_set(key, questions)


def check_set(key: str, questions: QuestionsConfig) -> None:
    """The first question of one set can be read.

    Raises:
        QuestionsError: naming the file, or the key where there is none in it.
    """
    if next(iter(open_questions(questions)), None) is None:
        raise QuestionsError(f"{key}: no question in {questions.name}; check path, start and limit")
