"""Worker: evalplus' `untrusted_check`, with one input whose check is that there is an answer to print."""

from evalplus.eval import untrusted_check
from worker import read_work, serve


def main():
    work = read_work()
    seconds = work["seconds"]

    def run(program, answer):
        # It calls the entry point with every input, here one without arguments, and compares what it returns.
        code = f"{program}\ndef has_answer():\n    str({answer})\n    return True\n"
        status, _ = untrusted_check(
            dataset="", code=code, inputs=[[]], entry_point="has_answer", expected=[True], atol=0, ref_time=[0.0],
            fast_check=True, min_time_limit=seconds,
        )  # fmt: skip
        return status

    serve(run, work)


if __name__ == "__main__":
    main()
