"""Worker: cuts a question set into parts as a run does before its first draw, screening included, in one process."""

import json
import sys
import tempfile
import time
from pathlib import Path

from work import reply

from pad_ray.config import RunConfig
from pad_ray.shards.place import Place
from pad_ray.synthesis.flow import teacher_flow
from pad_ray.synthesis.parts import cut


def main() -> None:
    asked = json.loads(sys.argv[1])["questions"]
    config = RunConfig.model_validate({"questions": {"set": "wordsums", "limit": asked}})
    flow = teacher_flow(config, ())
    with tempfile.TemporaryDirectory() as folder:
        place = Place.of(Path(folder))
        started = time.perf_counter()
        parts = cut(flow.questions, flow.block_size, place, flow.near_duplicates, flow.evaluation)
        reply(seconds=time.perf_counter() - started, questions=asked, left=parts.questions)


if __name__ == "__main__":
    main()
