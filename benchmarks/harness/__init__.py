"""What every benchmark shares: the command, the interleaved rounds, the machine, the figures."""
