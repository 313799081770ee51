"""What each draw of a question is asked with: a pure function of the question and the number of the draw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt, draw_seed
from pad_ray.teacher.prompt import Demonstration, render

Demonstrations = tuple[Demonstration, ...]


@dataclass(frozen=True, slots=True)
class DrawPlan:
    """How draws vary: draw i takes the i-th temperature and the i-th set of demonstrations, and again from the first.

    Other demonstrations for other draws are the paper's way to different programs (PaD, section 3.1).
    """

    prompt_version: str
    temperatures: tuple[float, ...]
    top_p: float
    max_tokens: int
    demonstrations: tuple[Demonstrations, ...] = ((),)
    seed: int = 0

    def prompt(self, question: Question, index: int) -> Prompt:
        """The words of draw `index`."""
        shown = self.demonstrations[index % len(self.demonstrations)]
        text = render(self.prompt_version, demonstrations=shown, question=question.text)
        return Prompt(text, question, self.prompt_version)

    def draw(self, question: Question, index: int) -> Draw:
        """The numbers of draw `index`."""
        return Draw(
            index=index,
            seed=draw_seed(self.seed, question.question_id, index),
            temperature=self.temperatures[index % len(self.temperatures)],
            top_p=self.top_p,
            max_tokens=self.max_tokens,
        )

    @property
    def different(self) -> int | None:
        """How many draws differ, where none is left to chance: greedy ones are alike but for what they are shown."""
        return None if any(self.temperatures) else len(self.demonstrations)

    def identity(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        plan = asdict(self)
        return plan | {
            "temperatures": list(self.temperatures),
            "demonstrations": [[asdict(d) for d in shown] for shown in self.demonstrations],
        }
