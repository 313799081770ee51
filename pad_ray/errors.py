"""One exception per boundary crossed.

A bad program is data and ends up in a `Verdict`; a bad machine, file or setting is one of these. The command line
prints the message of a `PadRayError` as one line and exits with its `exit_code`.
"""


class PadRayError(Exception):
    """Root of every error that pad_ray raises on purpose. The message says what is wrong and what would be right."""

    exit_code = 1
    """1: our side failed. Errors that the user can mend override this with 2."""


class ConfigError(PadRayError):
    """A setting is unknown, missing or impossible in combination with another."""

    exit_code = 2


class QuestionsError(PadRayError):
    """A question set cannot be read: missing file, broken row, duplicate id."""

    exit_code = 2


class RunDirectoryError(PadRayError):
    """The output directory holds another run, or one that may not be resumed."""

    exit_code = 2


class FolderBusy(RunDirectoryError):
    """Another process works in the folder."""


class OtherSettings(RunDirectoryError):
    """The run directory holds a run with other settings, which are told."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


class TeacherError(PadRayError):
    """A teacher engine could not be loaded or failed while sampling."""


class RefusedPrompt(TeacherError):
    """The engine can say nothing to this prompt, whatever is tried: too long, filtered. Counted, and never retried."""


class DrawFailed(TeacherError):
    """One draw failed as often as it may be tried. Others need not."""


class EngineDied(TeacherError):
    """The engine is gone, with all that it was writing. Another one can do the work."""


class Halted(PadRayError):
    """A run came to a limit that its settings give it: yield, tokens, time, cost. What is committed stays."""

    exit_code = 3


class SandboxError(PadRayError):
    """The machinery around an untrusted program failed. Never a label: the program is judged again elsewhere."""


class ShardError(PadRayError):
    """A shard could not be written or does not match its checksum."""


class TrainingError(PadRayError):
    """The trainer failed."""
