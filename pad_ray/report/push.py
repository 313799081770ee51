"""An exported data set or student to the Hugging Face hub. The token is read from the environment, and said nowhere."""

from __future__ import annotations

import os
import re
from typing import Any, Literal

from pad_ray.errors import ConfigError, PadRayError
from pad_ray.shards.place import Place

TOKEN_VARIABLE = "HF_TOKEN"

REASON_CHARACTERS = 300
"""Of what the hub's client says, which can be a page."""


Kind = Literal["dataset", "model"]


def check_push(repository: str, out: Place, to: str | None = None) -> str:
    """Refuse, before anything is written, what could not be pushed. Returns the token.

    Args:
        to: format of a data set.

    Raises:
        ConfigError: for a name that is none, another format, an export that is not on this machine, or no token.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", repository, re.ASCII):
        raise ConfigError(f"--push {repository!r}: write it as USER/NAME")
    if to not in (None, "hf-dataset"):
        raise ConfigError(f"--push: the hub takes --to hf-dataset, not {to}")
    if out.local is None:
        raise ConfigError(f"--push: the hub is sent files of this machine; {out} is not on it")
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token.strip():
        raise ConfigError(f"--push: no token; put one that may write into the environment variable {TOKEN_VARIABLE}")
    return token.strip()


def push(repository: str, out: Place, token: str, client: Any = None, kind: Kind = "dataset") -> str:
    """Send the folder to `repository`, which is made, private, if it is not there. Returns its address.

    Args:
        client: instead of the hub's own, for tests.

    Raises:
        PadRayError: if the hub cannot be reached or refuses.
    """
    if client is None:
        from huggingface_hub import HfApi

        client = HfApi(token=token)
    try:
        client.create_repo(repository, repo_type=kind, private=True, exist_ok=True)
        client.upload_folder(
            repo_id=repository, repo_type=kind, folder_path=str(out.local), commit_message="pad-ray export"
        )
    except Exception as error:  # whatever the client or its HTTP library raises: all named below
        why = " ".join(f"{type(error).__name__}: {error}".split()).replace(token, "***")[:REASON_CHARACTERS]
        raise PadRayError(
            f"{repository}: not pushed ({why}); the export is in {out}: run the command again when the hub answers"
        ) from None
    return f"https://huggingface.co/{'datasets/' if kind == 'dataset' else ''}{repository}"
