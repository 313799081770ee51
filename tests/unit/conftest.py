"""What holds for all unit tests."""

from __future__ import annotations

from hypothesis import settings

# The default deadline of 200 ms an example measures how busy the machine is, not the code.
settings.register_profile("pad_ray", deadline=None)
settings.load_profile("pad_ray")
