"""Train the embedded models from scratch: `python -m pad_ray.embedded.make student_base`, then `... make teacher`.

The same seed, number of threads and machine type give the same weights. README.md beside this file says how the result
is measured.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from pad_ray.embedded.documents import RECIPES, Document, solving_documents

HERE = Path(__file__).parent
TRAINING = "training.json"
VOCABULARY = 2_048
"""Enough for nearly every word of the grammar to be one token; bytes are the fallback, so any text can be encoded."""
TOKENIZER_RECIPES = ("recall", "reading", "solving")
TOKENIZER_DOCUMENTS = 10_000
"""Documents of each recipe that the tokenizer is trained on; merges no longer change beyond."""
LONGEST = 384
"""Tokens; the longest wordsums document has fewer."""
POOL_BATCHES = 32
"""Batches sorted together by length: wastes 5 % on padding instead of 40 %."""
ROUND = 32
"""Batches are padded to a multiple of this many tokens: oneDNN keeps a kernel for each shape that it meets."""
WATCHED = 96
"""Programs for held-out phrasings on which a training is watched; nothing is learned or chosen by them."""
IGNORED = -100
"""Label without loss."""


@dataclass(frozen=True)
class Stage:
    """One stage of a training: what is read, how long, how fast."""

    documents: str
    """A key of `RECIPES`."""
    steps: int
    batch: int
    learning_rate: float
    """Peak; 100 steps of warm-up, then a cosine to `floor` of it."""
    floor: float = 0.1


STAGES = {
    "student_base": (
        Stage("recall", 450, 64, 1e-3, floor=1.0),
        Stage("reading", 1_000, 32, 1.5e-3),
        Stage("noting", 2_000, 32, 1.5e-3),
    ),
    "teacher": (Stage("solving", 5_500, 32, 1e-3, floor=0.05),),
}
"""The teacher goes on from the student base: it has read the same and then a lot of worked answers."""

SHAPE = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 4}
INTERMEDIATE = 704
"""8/3 of the hidden size, up to a multiple of 64, as SwiGLU layers have it."""
SEED = 1


def train_tokenizer() -> PreTrainedTokenizerFast:
    """BPE over bytes with every digit a token of its own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (
        document.source + document.target
        for recipe in TOKENIZER_RECIPES
        for document, _ in zip(RECIPES[recipe](), range(TOKENIZER_DOCUMENTS), strict=False)
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<eos>",
        pad_token="<pad>",
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )


Ids = tuple[list[int], list[int]]


def batches(documents: Iterator[Document], tokenizer: PreTrainedTokenizerFast, size: int) -> Iterator[list[Ids]]:
    """Batches of (input ids, labels), of documents of like length."""
    order = torch.Generator().manual_seed(0)
    while True:
        pool = [encode(next(documents), tokenizer) for _ in range(size * POOL_BATCHES)]
        pool.sort(key=lambda ids: len(ids[0]))
        for place in torch.randperm(POOL_BATCHES, generator=order).tolist():
            yield pool[place * size : (place + 1) * size]


def encode(document: Document, tokenizer: PreTrainedTokenizerFast) -> Ids:
    """Source and target are encoded apart, as they are at inference."""
    source = tokenizer.encode(document.source) if document.source else []
    target = [*tokenizer.encode(document.target), tokenizer.eos_token_id]
    return (source + target)[:LONGEST], ([IGNORED] * len(source) + target)[:LONGEST]


def collate(batch: list[Ids], pad: int) -> dict[str, torch.Tensor]:
    """Pad on the right: [batch, longest] int64 each."""
    longest = ROUND * math.ceil(max(len(ids) for ids, _ in batch) / ROUND)

    def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])

    # Causal attention never looks right, so padding on the right needs no mask.
    return {"input_ids": padded([i for i, _ in batch], pad), "labels": padded([t for _, t in batch], IGNORED)}


def build(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        **SHAPE,
        intermediate_size=INTERMEDIATE,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def forward(model: LlamaForCausalLM, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean loss over the target tokens, and for every document whether each of its target tokens was the likeliest.

    Only target positions go through the output layer, half of the work of a large vocabulary.
    """
    wanted = batch["labels"][:, 1:]
    counted = wanted != IGNORED
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=batch["input_ids"]).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[counted])
    loss = torch.nn.functional.cross_entropy(logits.float(), wanted[counted])
    hits = counted.clone()
    hits[counted] = logits.argmax(-1) == wanted[counted]
    return loss, (hits == counted).all(dim=1)


def learning_rate(step: int, stage: Stage) -> float:
    """Linear warm-up over 100 steps, then a cosine."""
    if step < 100:
        return stage.learning_rate * (step + 1) / 100
    progress = (step - 100) / max(1, stage.steps - 100)
    return stage.learning_rate * (stage.floor + (1 - stage.floor) * 0.5 * (1 + math.cos(math.pi * progress)))


def train(name: str, out: Path, base: Path) -> None:
    """Train a model through its stages; the teacher starts from the student base at `base`."""
    torch.manual_seed(SEED)
    if name == "teacher":
        tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
        model = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
        facts = json.loads((base / TRAINING).read_text())
    else:
        tokenizer = train_tokenizer()
        model = build(tokenizer)
        facts = {"parameters": sum(p.numel() for p in model.parameters()), "seed": SEED, "stages": []}
    print(f"{name}: {facts['parameters']:,} parameters, {len(tokenizer)} tokens", flush=True)
    for stage in STAGES[name]:
        tokens = train_stage(model, tokenizer, stage)
        facts["stages"].append(asdict(stage) | {"tokens": tokens})
        export(model, tokenizer, out, facts)


def train_stage(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, stage: Stage) -> int:
    """Run one stage; returns how many tokens went through the model."""
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    # Flash attention's backward pass takes a third of the time at 200 tokens; plain matrix products a tenth.
    model.set_attn_implementation("eager")
    source = batches(RECIPES[stage.documents](), tokenizer, stage.batch)
    unseen = [document for document in islice(solving_documents("test"), 2 * WATCHED) if "def " in document.target]
    watched = collate([encode(document, tokenizer) for document in unseen[:WATCHED]], tokenizer.pad_token_id)
    tokens, whole, start = 0, [], time.monotonic()
    for step in range(stage.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, stage)
        batch = collate(next(source), tokenizer.pad_token_id)
        loss, right = forward(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tokens += batch["input_ids"].numel()
        whole.append(right.float().mean().item())
        if (step + 1) % 50 == 0:
            rate = tokens / (time.monotonic() - start)
            with torch.no_grad():
                _, held_out = forward(model, watched)
            print(
                f"{stage.documents} {step + 1}/{stage.steps} loss {loss.item():.4f} "
                f"wholly right {sum(whole[-50:]) / 50:.3f} held out {held_out.float().mean().item():.3f} "
                f"{rate:,.0f} tokens/s",
                flush=True,
            )
    return tokens


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path, facts: dict[str, Any]) -> None:
    """Write an ordinary Hugging Face checkpoint in bf16, with the facts of its training beside it."""
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    copy = LlamaForCausalLM(model.config).to(torch.bfloat16)
    copy.load_state_dict(weights)
    copy.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / TRAINING).write_text(json.dumps(facts, indent=2) + "\n")


def main(
    name: Annotated[str, typer.Argument(help="teacher or student_base")],
    out: Annotated[Path | None, typer.Option(help="folder of the checkpoint; by default where it ships")] = None,
    base: Annotated[Path, typer.Option(help="the student base, from which the teacher goes on")] = HERE
    / "student_base",
) -> None:
    """Train one embedded model."""
    train(name, out or HERE / name, base)


if __name__ == "__main__":
    typer.run(main)
