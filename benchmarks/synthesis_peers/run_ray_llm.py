"""Worker: Ray Data's own LLM stage on the same prompts, from its first request to its last row in the driver.

It does not tell its start, which is taken from the rows: they say how long each request took and, stamped behind the
engine, when it was over. The stamp comes a little late, so the time is a little short, which is in its favour. What
becomes of the programs is left out too: nothing is judged and nothing is written.
"""

import time

from work import read_work, reply

from pad_ray.runtime import ray_cluster
from pad_ray.teacher.cores import threads_of


def main() -> None:
    options, work = read_work()
    with ray_cluster(work.config.ray):
        import ray
        from ray.data.llm import build_processor, vLLMEngineProcessorConfig

        size = options["batch_size"]
        threads = str(threads_of(work.config.teacher))
        arguments = dict(work.arguments)
        processor = build_processor(
            vLLMEngineProcessorConfig(
                model_source=arguments.pop("model"),
                engine_kwargs=arguments,
                batch_size=size,
                max_concurrent_batches=options["batches"],
                concurrency=work.config.teacher.workers,
                # No chat, and the engine turns text into tokens and back: a stage for it would be one more process.
                chat_template_stage=False,
                tokenize_stage=False,
                detokenize_stage=False,
                accelerator_type=None,
                placement_group_config={"bundles": [{"CPU": 0.5}]},
                log_engine_metrics=False,
                # Ray would give an actor with half a CPU one thread; ours share all cores.
                runtime_env={"env_vars": {"OMP_NUM_THREADS": threads, "VLLM_LOGGING_LEVEL": "ERROR"}},
            ),
            preprocess=lambda row: {"prompt": row["prompt"], "sampling_params": row["sampling_params"]},
            postprocess=lambda row: {
                "tokens": row["num_generated_tokens"],
                "began": time.time() - row["time_taken_llm"],
            },
            preprocess_map_kwargs={"num_cpus": 0.25},
            postprocess_map_kwargs={"num_cpus": 0.25},
        )
        rows = [
            {"prompt": text, "sampling_params": parameters}
            for text, parameters in zip(work.texts, work.parameters, strict=True)
        ]
        blocks = -(-len(rows) // size)
        began, tokens = [], []
        for batch in processor(ray.data.from_items(rows, override_num_blocks=blocks)).iter_batches(batch_size=None):
            began += batch["began"].tolist()
            tokens += batch["tokens"].tolist()
        reply(seconds=time.time() - min(began), completions=len(tokens), tokens=sum(tokens))


if __name__ == "__main__":
    main()
