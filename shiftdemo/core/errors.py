"""The errors that a user can cause. Anything else that is raised is a fault of ours."""

from __future__ import annotations

from typing import Any

from shiftdemo.core.messages import Message


class ShiftDemoError(Exception):
    """A mistake that the user can mend.

    The message is one sentence with the value, the place and the mend; the page shows it in the
    visitor's language, the command line prints it in English and exits with 2.

    Attributes:
        message: the sentence.
    """

    message: Message

    def __init__(self, message: str, /, **values: Any) -> None:
        """Makes the error of a message's key and its values, or of a message.

        Raises:
            KeyError: there is no such key.
        """
        self.message = message if isinstance(message, Message) else Message(message, **values)
        super().__init__(self.message)


class ConfigError(ShiftDemoError):
    """A setting, a flag or an operator's parameter is unknown or out of its bounds."""


class DataError(ShiftDemoError):
    """A file, a column, a line or a typed text cannot be used."""


class OverlapError(DataError):
    """Held-out sentences are in training too, so held-out figures would flatter the model.

    Whoever wants them all the same says so with ``allow_overlap``.
    """


class ModelError(ShiftDemoError):
    """A model or a tokenizer cannot be found, loaded or used for the task."""


class NoEffectError(ModelError):
    """A shift that has to move a model's output does not, so a curve would say nothing.

    Whoever wants it as a control says so with ``allow_no_effect``.
    """


class FaultError(ShiftDemoError):
    """Something of ours does not do what it must; nobody but us can mend it (exit code 1)."""


class LimitError(ShiftDemoError):
    """A request is larger than this server allows."""


class NotApplicable(ShiftDemoError):
    """A shift operator has nothing to do on this sample; the message says why."""
