"""The student learns to repair programs: errors injected into right ones, and failures of its own."""
