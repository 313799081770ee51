"""What executors tell Prometheus, through Ray's metrics agents (`cluster/monitoring.md`). Imports Ray when made.

Ray puts `ray_` before each name and the node's address among its labels. A pool counts a program when its verdict has
arrived: an actor that dies takes no count with it, and what is judged again is counted once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pad_ray.records import Verdict

PROGRAMS = "pad_ray_programs_total"
QUEUE_DEPTH = "pad_ray_executor_queue_depth"
RESTARTS = "pad_ray_executor_restarts_total"


class ExecutorCounters:
    """The counters of one process that has programs judged."""

    def __init__(self) -> None:
        from ray.util import metrics

        self._programs = metrics.Counter(PROGRAMS, "Programs judged.", tag_keys=("status", "lane"))
        self._depth = metrics.Gauge(QUEUE_DEPTH, "Programs that an executor pool holds and that are not judged yet.")
        self._restarts = metrics.Counter(RESTARTS, "Executors of a pool that were started again.")

    def judged(self, verdicts: Iterable[Verdict]) -> None:
        """Programs that were judged."""
        for (status, lane), programs in Counter((v.status, v.lane) for v in verdicts).items():
            self._programs.inc(programs, tags={"status": status, "lane": lane})

    def waiting(self, programs: int) -> None:
        """Programs that are held and not judged."""
        self._depth.set(programs)

    def restarted(self) -> None:
        """One executor was started again."""
        self._restarts.inc()
