"""The student: (source, target) pairs become a corpus of tokens, and a corpus becomes a fine-tuned checkpoint.

    corpus.py      tokenises once, to a memory-mapped Arrow file
    order.py       which examples meet in which step: pure
    collator.py    rows -> one padded micro-batch
    zero.py        which trainings are possible, and the DeepSpeed config of one: pure
    checkpoint.py  what lies at a model path, and how a finished model is put there
    savepoint.py   the states from which a broken training goes on
    progress.py    what is said on the way
    trainer.py     the driver's side: Ray Train
    worker.py      a rank's side: transformers' Trainer with DeepSpeed

Source = the question, target = the program, cross-entropy on the target alone: "PaD: Program-aided Distillation Can
Teach Small Models Reasoning Better than Chain-of-thought Fine-tuning", https://arxiv.org/abs/2305.13888.
"""
