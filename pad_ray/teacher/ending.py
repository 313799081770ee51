"""Where a completion of transformers' `generate` ends: at an end token, at a stop string, or where the model's length
does. The engine and the ranks of a training, whose students are asked too, share it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pad_ray.teacher.lines import END
from pad_ray.teacher.prompt import STOP

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedTokenizerBase

NO_LIMIT = 2**31
"""Tokens that may follow a prompt where neither the model nor the config says how many."""


class Ending:
    """The end tokens of a model and its tokenizer, and `teacher.prompt.STOP`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, known: GenerationConfig) -> None:
        """`known`: the checkpoint's own generation config. `tokenizer` has a padding token."""
        from transformers import StopStringCriteria

        ends = known.eos_token_id if isinstance(known.eos_token_id, list) else [known.eos_token_id]
        self._ends = {end for end in (*ends, tokenizer.eos_token_id) if end is not None}
        self._known, self._tokenizer = known, tokenizer
        self._stop: Any = StopStringCriteria(tokenizer, list(STOP))
        self._line: Any = StopStringCriteria(tokenizer, [END])

    def generation_config(self) -> GenerationConfig:
        """The ids that `generate` needs and nothing else: what a checkpoint adds (a repetition penalty, beams) is left
        out, as vLLM leaves it out."""
        from transformers import GenerationConfig

        return GenerationConfig(
            bos_token_id=self._known.bos_token_id,
            decoder_start_token_id=self._known.decoder_start_token_id,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=self._tokenizer.pad_token_id,
        )

    def criteria(self, start: int, *, line: bool = False) -> list[Callable[..., Any]]:
        """`stopping_criteria` for prompts of `start` tokens, or for the next `line`. What is new alone is looked at: a
        stop string that began in the prompt is none."""
        stop = self._line if line else self._stop
        return [lambda ids, scores, **_: stop(ids[:, start:], scores)]

    def cut_line(self, tokens: Sequence[int]) -> tuple[int, bool]:
        """(number of tokens, whether the completion is over) of a row, which ends with its first line; the rest is
        padding."""
        ended = next((place + 1 for place, token in enumerate(tokens) if token in self._ends), None)
        length = len(tokens) if ended is None else ended
        if END not in self.text(tokens[:length]):
            return length, True
        line = bisect_left(range(length), True, key=lambda tried: END in self.text(tokens[:tried]))
        return line, line == ended

    def cut(self, tokens: Sequence[int]) -> tuple[str, int]:
        """(text, number of tokens) of a row, which ends at its first end token or stop string; the rest is padding."""
        length = next((place + 1 for place, token in enumerate(tokens) if token in self._ends), len(tokens))
        text = self.text(tokens[:length])
        if _stops(text):
            # As vLLM does: the text ends before the stop string, the tokens with the one that completes it.
            length = bisect_left(range(length), True, key=lambda tried: _stops(self.text(tokens[:tried])))
            text = min((text.partition(stop)[0] for stop in STOP), key=len)
        return text, length

    def text(self, tokens: Sequence[int]) -> str:
        """What was written."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))


def _stops(text: str) -> bool:
    return any(stop in text for stop in STOP)


class Room:
    """How many tokens may follow a prompt."""

    def __init__(self, positions: int | None, most: int | None, *, encoder_decoder: bool) -> None:
        """`positions`: of the model, None where they end nowhere; `most`: prompt and completion together, if set."""
        self._positions, self._most, self._encoder_decoder = positions, most, encoder_decoder

    def after(self, prompt_tokens: int) -> int:
        """0 or less: none."""
        rooms = [] if self._most is None else [self._most - prompt_tokens]
        if self._positions is not None:
            if not self._encoder_decoder:
                rooms.append(self._positions - prompt_tokens)
            else:  # The decoder has positions of its own, and starts with a token of its own.
                rooms.append(self._positions - 1 if prompt_tokens <= self._positions else 0)
        return min(rooms, default=NO_LIMIT)
