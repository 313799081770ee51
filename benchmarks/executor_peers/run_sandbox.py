"""Worker: pad_ray's sandbox, with the keywords that the work gives; its zygotes' start is left out."""

import time

from worker import count, read_work, reply

from pad_ray.executor import Sandbox

SCIENTIFIC = "import sympy\nans = sympy.Integer(2)"
"""Has a zygote started that other programs do without; that start is left out too."""


def main() -> None:
    work = read_work()
    programs = [program for program, _ in work["programs"]]
    with Sandbox(**work["sandbox"]) as sandbox:
        warm_up = [program for program, _ in work["warm_up"]]
        if any("sympy" in program for program in programs):
            warm_up += [SCIENTIFIC] * (4 * work["sandbox"].get("slots", 1))  # some for every slot
        for _ in sandbox.run(warm_up):
            pass
        started = time.perf_counter()
        outcomes = list(sandbox.run(programs))
        seconds = time.perf_counter() - started
        reply(
            seconds,
            [outcome.status for outcome in outcomes],
            lanes=count(outcome.lane for outcome in outcomes),
            isolation=sandbox.isolation,
            ends=[(outcome.status, outcome.cpu_ms) for outcome in outcomes],
        )


if __name__ == "__main__":
    main()
