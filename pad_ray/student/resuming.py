"""Where a training goes on: all ranks agree on a savepoint, and on how its states are read."""

from __future__ import annotations

from pad_ray.student import savepoint, universal
from pad_ray.student.cursor import Cursor
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.savepoint import Savepoint


def find_savepoint(plan: TrainingPlan, rank: int, ranks: int) -> Savepoint | None:
    """The newest that is whole and undamaged; rank 0 looks for it, and every rank checksums a share of its files.

    Newer ones are said to be broken, and removed.
    """
    import torch.distributed as dist

    while True:
        chosen: list[Savepoint | None] = [None]
        if rank == 0:
            found = savepoint.search(plan.savepoints_dir)
            for broken in found.broken:
                _pass_over(plan, f"{broken.name} is incomplete", found.step)
            savepoint.discard(found.broken)
            chosen = [found.newest]
        dist.broadcast_object_list(chosen, src=0)
        newest = chosen[0]
        if newest is None:
            return None
        damaged: list[str | None] = [None] * ranks
        dist.all_gather_object(damaged, savepoint.damaged_file(newest, rank=rank, ranks=ranks))
        if not any(damaged):
            return newest
        if rank == 0:
            file = next(name for name in damaged if name)
            _pass_over(plan, f"{newest.path.name} is damaged ({file} is not what was written)", newest.step)
            savepoint.discard([newest.path])


def _pass_over(plan: TrainingPlan, what: str, step: int) -> None:
    say(plan.out_dir, {"message": f"savepoint {what} and passed over", "step": step, "urgent": True})


def say_from_where(plan: TrainingPlan, start: Savepoint, cursor: Cursor, ranks: int) -> None:
    """To be called on rank 0."""
    message = f"training goes on from {start.path.name}"
    if start.ranks != ranks:
        entries = "examples" if cursor.width is None else "packed rows"
        message += (
            f" on {ranks} rank{'s' * (ranks > 1)} (it was made on {start.ranks}); "
            f"a step stays {cursor.places_of_step} {entries}"
        )
    say(plan.out_dir, {"message": message, "step": start.step, "urgent": True})


def prepare(plan: TrainingPlan, start: Savepoint, rank: int, ranks: int) -> bool:
    """Have the states of `start` ready for so many ranks; whether they are read as a universal checkpoint.

    Random numbers, which only dropout takes, are those of a rank: on another number of ranks they begin anew.
    """
    import torch.distributed as dist

    if not universal.is_needed(plan.config, made_on=start.ranks, ranks=ranks):
        if rank == 0:
            universal.discard(start.path)  # of a start on other ranks that was killed
        return False
    if rank == 0:
        universal.convert(start.path)
    dist.barrier()
    return True
