"""A large source, read and tokenised on all nodes by Ray Data, in the order of its parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa

from pad_ray.errors import PadRayError
from pad_ray.student.examples import Example, Source
from pad_ray.student.tokenised import Recipe, the_tokenizer, tokenised

CHUNK = 2048
"""Examples tokenised in one call: its threads are kept busy, and some MB of memory at the longest limits."""

SPREAD_FROM = 4096
"""Examples from which on Ray Data is worth its start: in one process they take well under a second."""

MOST_TASKS = 512
"""Tasks that a source is cut into: several for each core of a large cluster, each long beside the 10 ms that a task
costs."""


def in_process(examples: Iterable[Example], tokenizer_path: str, recipe: Recipe) -> Iterator[pa.Table]:
    """Tables of `TOKENISED_SCHEMA`, made here.

    Raises:
        ConfigError: there is no usable tokenizer.
    """
    tokenizer = the_tokenizer(tokenizer_path)
    stream = iter(examples)
    while chunk := list(islice(stream, CHUNK)):
        yield tokenised(tokenizer, chunk, recipe)


def worth_spreading(source: Source) -> bool:
    """Whether there is a cluster, and enough for it to do."""
    # Nobody has initialised a Ray that nobody has imported, and to import it takes a second.
    ray = sys.modules.get("ray")
    if ray is None or not ray.is_initialized() or len(source.parts) < 2:
        return False
    return sum(1 for _ in islice(source, SPREAD_FROM)) == SPREAD_FROM


def spread(source: Source, tokenizer_path: str, recipe: Recipe) -> Iterator[pa.Table]:
    """The same tables as `in_process(source, ...)`, but for where one ends and the next begins.

    The tokenizer and what the parts read must be seen by every node under the same path.

    Raises:
        PadRayError: what a part or the tokenizer raised, from the node where it did.
    """
    import ray.data
    from ray import cloudpickle

    size = -(-len(source.parts) // MOST_TASKS)
    groups = [source.parts[start : start + size] for start in range(0, len(source.parts), size)]
    rows = [{"parts": cloudpickle.dumps(group)} for group in groups]
    # Absolute, as workers have other working directories.
    task = partial(_task, str(Path(tokenizer_path).absolute()), recipe)
    data = ray.data.from_items(rows, override_num_blocks=len(rows))
    data = data.map_batches(task, batch_format="pyarrow", batch_size=None, num_cpus=1)
    data.context.execution_options.preserve_order = True
    data.context.raise_original_map_exception = True  # wrapped by Ray Data, ours would stay behind on the worker
    try:
        yield from data.iter_batches(batch_format="pyarrow", batch_size=None)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, PadRayError):
            raise error.cause from None
        raise


def _task(tokenizer_path: str, recipe: Recipe, groups: pa.Table) -> Iterator[pa.Table]:
    from ray import cloudpickle

    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the task has booked one core
    for pickled in groups.column("parts").to_pylist():
        yield from in_process(Source(cloudpickle.loads(pickled)), tokenizer_path, recipe)
