"""Worker: vLLM's offline entry point on all prompts at once; loading is left out."""

import time

from work import read_work, reply

from pad_ray.teacher.cores import threads_of
from pad_ray.teacher.vllm import _on_gpu, _prepare_environment


def main() -> None:
    _, work = read_work()
    # As our engine: on a CPU the model runs in this process.
    _prepare_environment(threads=None if _on_gpu() else threads_of(work.config.teacher), own_process=_on_gpu())
    from vllm import LLM, SamplingParams
    from vllm.sampling_params import RequestOutputKind

    llm = LLM(**work.arguments)
    parameters = [SamplingParams(**each, output_kind=RequestOutputKind.FINAL_ONLY) for each in work.parameters]
    started = time.perf_counter()
    outputs = llm.generate(work.texts, parameters, use_tqdm=False)
    seconds = time.perf_counter() - started
    choices = [choice for output in outputs for choice in output.outputs]
    reply(seconds=seconds, completions=len(choices), tokens=sum(len(choice.token_ids) for choice in choices))


if __name__ == "__main__":
    main()
