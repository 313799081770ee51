"""What the benchmark of the student compares: trainings of ours, bare loops over the same batches, TRL's trainer."""
