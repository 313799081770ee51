"""Worker: pydantic-monty, an interpreter of its own for a part of Python, with a fresh session per program."""

from pydantic_monty import CollectString, Monty, MontyError
from worker import read_work, serve


def main():
    work = read_work()
    limits = {"max_feed_duration_secs": work["seconds"], "max_memory": work["memory_mb"] << 20}
    with Monty(min_processes=1, max_processes=1) as pool:

        def run(program, answer):
            printed = CollectString()
            with pool.checkout(limits=limits) as session:
                try:
                    value = session.feed_run(f"{program}\n{answer}", print_callback=printed)
                except MontyError:
                    return "failed"
            return "no answer" if value is None and not printed.output.strip() else "answered"

        serve(run, work)


if __name__ == "__main__":
    main()
