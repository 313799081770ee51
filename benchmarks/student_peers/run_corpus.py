"""Worker: builds a corpus of programs that are in memory, in one process on one core: rendering, tokenising, writing.

Replies with wall and CPU seconds. The tokenizer is loaded before, once per process whatever the corpus.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from marks import reply


def main() -> None:
    """Asked for: `questions` (of QuestionsConfig), the `model` whose tokenizer it is."""
    asked: dict[str, Any] = json.loads(sys.argv[1])
    from pad_ray.student.corpus import build_corpus
    from pad_ray.student.templates import program_example
    from pad_ray.student.tokenised import the_tokenizer

    rows = program_rows(asked["questions"])
    the_tokenizer(asked["model"])("warm")
    wall, cpu = time.perf_counter(), time.process_time()
    report = build_corpus(
        lambda: map(program_example, rows),
        asked["model"],
        Path(asked["scratch"]) / "corpus",
        max_source=256,
        max_target=256,
        seq2seq=False,
    )
    reply(
        examples=report.examples + report.left_out_too_long,
        left_out=report.left_out_too_long,
        tokens=report.source_tokens + report.target_tokens,
        wall=time.perf_counter() - wall,
        cpu=time.process_time() - cpu,
    )


def program_rows(questions: dict[str, Any]) -> list[dict[str, str]]:
    """As a synthesis selects them: a question's text and a right program, here the reference."""
    from pad_ray.config.questions import QuestionsConfig
    from pad_ray.questions import open_questions

    return [
        {"text": question.text, "code": question.reference, "program_id": question.question_id}
        for question in open_questions(QuestionsConfig(**questions))
        if question.reference
    ]


if __name__ == "__main__":
    main()
