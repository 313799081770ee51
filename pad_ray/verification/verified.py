"""An engine whose completions are verified step by step: to a flow it is an engine like any other."""

from __future__ import annotations

from pad_ray.config import EngineConfig, ExecutorConfig
from pad_ray.config.verification import VerificationConfig
from pad_ray.errors import ConfigError
from pad_ray.records import Completion
from pad_ray.synthesis.flow import Maker
from pad_ray.teacher.engine import Draw, Engine, Prompt, make_engine
from pad_ray.teacher.lines import LineEngine
from pad_ray.verification.prefixes import SandboxedPrefixes
from pad_ray.verification.scorers import make_scorer
from pad_ray.verification.stepwise import Cost, Stepwise


class VerifiedEngine:
    """Draws by step-wise beam search. `aborted_tokens` are also those of searches that did not end."""

    def __init__(self, engine: LineEngine, config: VerificationConfig, executor: ExecutorConfig) -> None:
        """
        Raises:
            ConfigError: the encoder cannot be loaded.
            SandboxError: the sandbox does not start.
        """
        self.name = engine.name
        self._engine = engine
        scorer = make_scorer(config)
        self._prefixes = SandboxedPrefixes(executor, values=config.below_zero < 1) if config.execute else None
        self._stepwise = Stepwise(engine, scorer, self._prefixes, config)
        self._aborted_tokens = 0

    @property
    def aborted_tokens(self) -> int:
        return self._engine.aborted_tokens + self._aborted_tokens

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        cost = Cost()
        try:
            beam = await self._stepwise.search(prompt, draw, cost)
        except BaseException:  # cancelled, most often
            self._aborted_tokens += cost.tokens
            raise
        chosen = len(beam.tokens)
        return Completion(beam.text, tokens=chosen, logprob=beam.logprob, discarded_tokens=cost.tokens - chosen)

    async def close(self) -> None:
        await self._engine.close()
        if self._prefixes is not None:
            self._prefixes.close()


def make_verified(
    config: EngineConfig, *, verification: VerificationConfig, executor: ExecutorConfig, inner: Maker = make_engine
) -> Engine:
    """Load the engine that `config` names, behind a verification.

    Raises:
        ConfigError: the engine cannot go on with a line, or cannot be loaded; the encoder cannot be loaded.
        TeacherError: loading fails.
    """
    engine = inner(config)
    if not isinstance(engine, LineEngine):
        raise ConfigError(
            f"verification: an engine of the kind {config.engine} cannot go on with a program line by line; set it to "
            "vllm or huggingface, or leave verification out"
        )
    return VerifiedEngine(engine, verification, executor)
