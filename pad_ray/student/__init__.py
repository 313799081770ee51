"""The student: (source, target) pairs become a corpus of tokens, and a corpus becomes a fine-tuned checkpoint.

    examples.py    training pairs of texts, and where they come from
    baselines.py   which completions of the teacher are learnt from, and as what: pure
    lesson.py      examples -> a corpus -> a student
    templates.py   what is read and what is to be written, task by task
    tokenised.py   texts -> tokens
    spread.py      the same on all nodes, by Ray Data
    corpus.py      texts -> a corpus, made once and known by what it was made of
    writing.py     the files of a corpus
    mapped.py      the same, mapped into memory
    order.py       which examples meet in which step: pure
    dealing.py     the same steps on another number of ranks: pure
    cursor.py      from a step back to the programs it learned from
    budget.py      how much is learnt from: pure
    packing.py     examples side by side in rows: pure
    sampler.py     the order, as torch's data loaders want it
    collator.py    rows -> one padded micro-batch
    flat.py        rows -> one without padding, and its loss
    varlen.py      attention that stays inside each example of it
    attention.py   which attention a student is trained with
    loss.py        the loss of an encoder-decoder
    zero.py        which trainings are possible, and the DeepSpeed config of one: pure
    sizes.py       parameters, memory per rank and arithmetic of a training: pure
    fit.py         whether that fits, and what would: pure
    host.py        the memory of this host
    work.py        tokens per step, steps: pure
    estimate.py    the three for one config, from what lies on the disk
    lora.py        low-rank adapters: around a model, and merged into it
    checkpoint.py  what lies at a model path, and how a finished model is put there
    tokenizer.py   what lies there of the tokenizer
    savepoint.py   the states from which a broken training goes on
    snapshot.py    a copy of these in memory
    sealing.py     the thread that writes it and seals it
    saving.py      when that is done
    resuming.py    which savepoint is gone on from
    universal.py   its states for another number of ranks
    progress.py    what is said on the way
    rounds.py      when it is said
    throughput.py  pace and utilisation from counters: pure
    peaks.py       what processors compute at best
    trackers.py    TensorBoard, Weights & Biases
    bad_batch.py   the batch whose loss is not a number
    hang.py        which rank the others wait for: pure
    watchdog.py    a thread in each rank that finds that out
    validation.py  the student asked in between: the best one kept, the training stopped early
    held_out.py    the questions
    answering.py   its answers, in the ranks
    judging.py     their verdicts
    patience.py    which student is the best, and when it is enough: pure
    history.py     what the validations came to, on the disk
    claim.py       whose folder a training's folder is
    plan.py        all that a rank must know
    trainer.py     the driver's side: Ray Train
    worker.py      a rank's side
    stepper.py     transformers' Trainer with DeepSpeed
    failure.py     whether what ended a rank would come back

    While the synthesis goes on (`student.stream`):

    arrivals.py    its shards as they are committed
    cutting.py     shards -> segments, each of them a corpus
    follow.py      a thread of the driver that does this while the ranks train
    segments.py    the segments on the disk, and all of them as one corpus
    streamed.py    the order of the examples, and where a segment ends: pure
    decay.py       the learning rate of a training whose length is not known: pure
    streaming.py   a rank's side: the order as it comes, waiting, stopping

Source = the question, target = the program, cross-entropy on the target alone: "PaD: Program-aided Distillation Can
Teach Small Models Reasoning Better than Chain-of-thought Fine-tuning", https://arxiv.org/abs/2305.13888.
"""
