"""The student's answers during a training become verdicts, in the way of every other answer."""

from __future__ import annotations

from collections.abc import Sequence

from pad_ray.config import ExecutorConfig
from pad_ray.executor.pool import ExecutorPool
from pad_ray.records import Program, Question, Status, program_id
from pad_ray.synthesis.stated import stated_verdict
from pad_ray.teacher.extract import extract_program


class Judge:
    """Judges completions. Its executors are started when the first are to be judged, and kept."""

    def __init__(self, config: ExecutorConfig, template: str) -> None:
        """`template`: what the completions answer to; a chain of thought is judged by the answer that it states."""
        self._config, self._template = config, template
        self._pool: ExecutorPool | None = None

    def statuses(self, questions: Sequence[Question], completions: Sequence[str]) -> list[Status]:
        """One for each question, in order.

        Raises:
            SandboxError: the executors fail again and again; never because of a program.
        """
        pairs = [(asked, self._program(asked, said)) for asked, said in zip(questions, completions, strict=True)]
        if self._template.startswith("rationale"):
            return [Status(stated_verdict(*pair).status) for pair in pairs]
        if self._pool is None:
            # They book no CPU: the ranks may have booked all there are, and wait meanwhile.
            self._pool = ExecutorPool(self._config, cpus=0)
        try:
            return [Status(verdict.status) for verdict in self._pool.judge(pairs)]
        except BaseException:
            self.close()  # the next are judged by others
            raise

    def _program(self, question: Question, completion: str) -> Program:
        return Program(
            program_id=program_id(question.question_id, self._template, 0),
            question_id=question.question_id,
            draw=0,
            code=extract_program(completion),
            completion=completion,
            model="",
            prompt_version=self._template,
        )

    def close(self) -> None:
        """End the executors, if there are any. Safe to call twice."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
