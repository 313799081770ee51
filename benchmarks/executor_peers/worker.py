"""What a worker does around its contender: read the work, warm up, time the rest, reply.

Runs in the peers' environments: the standard library alone, and little of it.
"""

import json
import sys
import time


def read_work():
    """The work: `programs` and `warm_up`, each a program and the expression of its answer, and the settings."""
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def count(names):
    """How often each comes, the most frequent first."""
    counts = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def reply(seconds, statuses, **more):
    """Say how long the programs took and how they ended."""
    print(json.dumps({"seconds": seconds, "statuses": count(statuses), **more}), file=sys.__stdout__, flush=True)


def serve(check, work):
    """Time `check(program, answer)`, which returns how the program ended, over all programs, one after the other."""
    for program, answer in work["warm_up"]:
        check(program, answer)
    started = time.perf_counter()
    statuses = [check(program, answer) for program, answer in work["programs"]]
    reply(time.perf_counter() - started, statuses)
