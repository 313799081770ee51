"""What an error says to the person at the keyboard."""

from __future__ import annotations

import re

from pad_ray.errors import PadRayError


def explain(error: BaseException) -> tuple[str, int]:
    """One line on an error, and the exit code; what an actor raised is found inside what Ray made of it."""
    import pad_ray.errors

    link: BaseException | None = error
    while link is not None:
        cause = getattr(link, "cause", None)
        for candidate in (cause, link):
            if isinstance(candidate, PadRayError) and not hasattr(candidate, "cause"):
                return " ".join(str(candidate).split()), candidate.exit_code
        link = link.__cause__ or link.__context__
    # An error in an actor's constructor reaches us only as text.
    found = re.findall(r"pad_ray\.errors\.(\w+): (.*)", str(error))
    if found:
        name, text = found[-1]
        return text, getattr(pad_ray.errors, name).exit_code
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]} (--debug shows where)", 1
