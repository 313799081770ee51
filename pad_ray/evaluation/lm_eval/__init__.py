"""Program-of-thought tasks for EleutherAI's lm-evaluation-harness: `--include_path` this folder."""
