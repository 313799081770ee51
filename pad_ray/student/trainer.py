"""The driver's side of a training: what it is, whether it has been done, and Ray Train to do it.

out_dir/run.json           what decides the weights of the training that this folder belongs to
out_dir/cursor.json        which examples come in which step
out_dir/progress.jsonl     what is said on the way
out_dir/tensorboard/       the figures of these entries, as curves
out_dir/checkpoints/       the newest savepoints
out_dir/validations.jsonl  what the validations came to
out_dir/best/              the best student so far, by its validations; in the end it becomes the model
out_dir/model/             the finished checkpoint; it appears whole
out_dir/hangs/             what the ranks were at when they did not get on (`watchdog`)
out_dir/bad-batch-*        the batch whose loss was not a number (`bad_batch`)
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pad_ray.config import ExecutorConfig, StudentConfig
from pad_ray.errors import TrainingError
from pad_ray.student import savepoint
from pad_ray.student.checkpoint import CheckpointInfo, describe_checkpoint, published_report
from pad_ray.student.claim import RUN_FILE, check_folder, claim, recorded, training_content
from pad_ray.student.failure import recorded_failure
from pad_ray.student.follow import Follower
from pad_ray.student.held_out import held_out, validation_content
from pad_ray.student.mapped import corpus_record
from pad_ray.student.placing import Placing
from pad_ray.student.plan import MODEL, SAVEPOINTS, TrainingPlan
from pad_ray.student.progress import Listener
from pad_ray.student.segments import stream_record
from pad_ray.student.templates import PROGRAM
from pad_ray.student.tokenizer import tokenizer_fingerprint
from pad_ray.student.trackers import check_trackers, wandb_run
from pad_ray.student.universal import check_ranks
from pad_ray.student.watchdog import GROUP_TIMEOUT, HANGS_FOLDER, RANKS_FOLDER, recorded_hangs
from pad_ray.student.zero import CPUS_PER_RANK, check_student

MAX_FAILURES = 2
"""Times that the ranks are started again after one has died. A third death in one training is no accident."""

HEALTH_CHECK_SECONDS = 0.5
"""How often Ray Train looks whether the ranks are done; its own 2 s would be a tenth of the shortest trainings."""

LEAST_HEALTH_SECONDS = 600.0
"""After so long (Ray Train's own figure), or twice `hang_minutes`, Ray Train gives up a rank that does not answer. The
watchdogs of other ranks come before it, and say which rank it is; where there are none, it is the only way."""

MEMORY = {"MALLOC_ARENA_MAX": "1"}
"""Environment of the ranks. Ray Train calls them on a thread of their own, and in the arena of such a thread glibc
gives memory back to the kernel and takes it again for every large tensor: without a GPU a twentieth of the time."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came of a training."""

    steps: int
    """Optimizer steps."""
    tokens: int
    """Tokens that went through the model, padding not counted, all ranks and epochs."""
    useful_tokens_per_second: float
    """Of those, per second of stepping (savepoints included, start-up not), since the last start of the ranks."""
    final_loss: float
    """Mean over the last few steps."""
    useful_share: float | None
    """`tokens` over those computed on, padding included, since the last start of the ranks; None: trained by a version
    that did not count."""
    seconds: float
    """Wall time of the call that finished the training, start-up included."""
    model_path: Path
    """The finished checkpoint."""


def train_student(
    *,
    corpus_dir: Path,
    model: str,
    out_dir: Path,
    config: StudentConfig,
    seed: int,
    epochs: float | None = None,
    learning_rate: float | None = None,
    executor: ExecutorConfig | None = None,
    template: str = PROGRAM,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    follower: Follower | None = None,
) -> TrainingReport:
    """Fine-tune the checkpoint at `model` on the corpus; Ray must have been initialised.

    Called again on the same `out_dir` it goes on from the newest whole savepoint, or returns the report of a finished
    training at once.

    Args:
        model: folder of a checkpoint; decoder-only or encoder-decoder, by its config.
        epochs: instead of `config.epochs`.
        learning_rate: instead of `config.learning_rate`.
        executor: limits on the programs of validations.
        template: what validations ask with.
        on_progress: called on another thread, every few steps, with step, total, loss, learning_rate, grad_norm,
            epoch, tokens, memory_bytes (of the largest rank) and what `throughput.Pace` has (total and eta_seconds None
            as long as a synthesis goes on); after each validation with step, accuracy, interval, ran and seconds; and,
            for what happens in between, with message and step, and urgent where a person must not miss it.
        follower: has begun in `corpus_dir`, for `config.stream`.

    Raises:
        QuestionsError: the validation questions cannot be read.
        ConfigError: an impossible setting or folder, or an unusable checkpoint, before anything is started.
        RunDirectoryError: `out_dir` holds another training.
        TrainingError: the corpus is not for this model, or the training failed.
    """
    started = time.time()
    check_trackers(config)
    check_folder(out_dir)
    corpus_dir, base, out_dir = corpus_dir.resolve(), Path(model).resolve(), out_dir.resolve()
    info = describe_checkpoint(base)
    record = stream_record(corpus_dir) if config.stream else corpus_record(corpus_dir)
    _check_corpus(record, base, info, config)
    executor = executor or ExecutorConfig()
    content = training_content(record["fingerprint"], base, config, seed, epochs, learning_rate)
    content |= validation_content(config.validation, executor, template)
    fingerprint = claim(out_dir, content)
    if done := _finished(out_dir, fingerprint):
        return done
    gpus, cpus = _cluster()
    check_student(
        config,
        gpus=gpus,
        cpus=cpus,
        encoder_decoder=info.encoder_decoder,
        longest=record["longest"],
        max_positions=info.max_positions,
    )
    found = savepoint.search(out_dir / SAVEPOINTS).newest
    check_ranks(config, found.ranks if found else None)
    plan = TrainingPlan(
        corpus_dir=corpus_dir,
        model=base,
        out_dir=out_dir,
        config=config,
        seed=seed,
        epochs=content["epochs"],
        learning_rate=content["learning_rate"],
        encoder_decoder=info.encoder_decoder,
        max_positions=info.max_positions,
        gpus=gpus > 0,
        fingerprint=fingerprint,
        attempt=uuid.uuid4().hex,
        started=started,
        questions=held_out(config.validation),
        executor=executor,
        template=template,
    )

    with wandb_run(out_dir, config) as log:

        def heard(entry: dict[str, Any]) -> None:
            if "message" in entry:
                logger.info("%s", entry["message"])
            log(entry)
            if on_progress is not None:
                on_progress(entry)

        with Listener(out_dir, heard), follower or nullcontext():
            _fit(plan)
    report = _finished(out_dir, plan.fingerprint)
    if report is None:
        if follower:
            follower.check()
        raise TrainingError(f"training in {out_dir}: the ranks ended without a model; see {out_dir / 'ray'}")
    for folder in ("ray", RANKS_FOLDER):
        shutil.rmtree(out_dir / folder, ignore_errors=True)
    return report


def _check_corpus(record: dict[str, Any], base: Path, info: CheckpointInfo, config: StudentConfig) -> None:
    if record["settings"]["seq2seq"] != info.encoder_decoder:
        kind = "an encoder-decoder" if info.encoder_decoder else "decoder-only"
        raise TrainingError(
            f"model {base} is {kind} and the corpus is not; build it with seq2seq={info.encoder_decoder}"
        )
    if record["settings"]["tokenizer"] != tokenizer_fingerprint(base):
        raise TrainingError(f"model {base}: the corpus was made with another tokenizer; build it with this model's")
    if record["settings"]["form"] != config.form:
        form = record["settings"]["form"]
        raise TrainingError(f"student.form: {config.form}, but the corpus is {form}; build it with form={config.form}")


def finished(out_dir: Path) -> TrainingReport | None:
    """The report of the training that `out_dir` belongs to, if it is done."""
    path = out_dir / RUN_FILE
    return _finished(out_dir, recorded(path)) if path.exists() else None


def _finished(out_dir: Path, fingerprint: str) -> TrainingReport | None:
    model_path = out_dir / MODEL
    report = published_report(model_path)
    if report is None or report["fingerprint"] != fingerprint:
        return None
    figures: dict[str, Any] = {f.name: report.get(f.name) for f in fields(TrainingReport) if f.name != "model_path"}
    return TrainingReport(model_path=model_path, **figures)


def _cluster() -> tuple[int, float]:
    """GPUs and CPUs of the cluster."""
    import ray

    if not ray.is_initialized():
        raise TrainingError("Ray is not running in this process; call ray.init() first")
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(resources.get("GPU", 0)), resources.get("CPU", 0.0)


def _fit(plan: TrainingPlan) -> None:
    """Run the plan on Ray Train.

    Raises:
        TrainingError: it failed, and could not be saved by starting the ranks again.
    """
    from ray.train import FailureConfig, LoggingConfig, RunConfig, ScalingConfig, TrainingFailedError
    from ray.train.torch import TorchConfig, TorchTrainer

    from pad_ray.student.worker import train

    needs = {"GPU": 1.0} if plan.gpus else {"CPU": CPUS_PER_RANK}
    trainer = TorchTrainer(
        train,
        train_loop_config={"plan": plan},
        torch_config=TorchConfig(backend="nccl" if plan.gpus else "gloo", timeout_s=int(GROUP_TIMEOUT.total_seconds())),
        scaling_config=ScalingConfig(
            num_workers=plan.config.workers,
            use_gpu=plan.gpus,
            resources_per_worker=needs,
        ),
        run_config=RunConfig(
            worker_runtime_env={"env_vars": MEMORY},
            name=plan.attempt,
            storage_path=str(plan.out_dir / "ray"),
            failure_config=FailureConfig(max_failures=MAX_FAILURES),
            logging_config=LoggingConfig(log_level="WARNING"),
        ),
    )
    try:
        with _own_interrupts(), _ray_train_settings(plan), Placing(plan.out_dir, plan.config.workers, needs):
            trainer.fit()
    except TrainingFailedError as error:
        if failure := recorded_failure(plan.out_dir, plan.attempt):
            raise TrainingError(f"training failed: {failure[0]} (traceback: {failure[1]})") from None
        said = " ".join(str(error).split())[:500]
        if hangs := recorded_hangs(plan.out_dir, plan.attempt):
            where = plan.out_dir / HANGS_FOLDER
            said = (
                f"ranks hung {len(hangs)} times, the last time with {hangs[-1]} (stacks of all ranks: {where}); "
                "a step that may take longer needs a larger student.hang_minutes"
            )
        raise TrainingError(f"training failed {MAX_FAILURES + 1} times: {said}") from error


@contextmanager
def _ray_train_settings(plan: TrainingPlan) -> Iterator[None]:
    """What can only be set in the environment, unless it is set there already."""
    patience = max(LEAST_HEALTH_SECONDS, 2 * 60 * plan.config.hang_minutes)
    ours = {
        "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": str(HEALTH_CHECK_SECONDS),
        "RAY_TRAIN_WORKER_HEALTH_CHECK_TIMEOUT_S": str(patience),
    }
    ours = {name: value for name, value in ours.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


@contextmanager
def _own_interrupts() -> Iterator[None]:
    """Ray Train sets a handler for Ctrl-C and leaves it set; afterwards Ctrl-C must be the caller's again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
