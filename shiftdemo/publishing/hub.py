"""New repositories on the hub: all files in one commit, and its refusals in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.messages import Message

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_WORDS = {"dataset": "hub.a_data_set", "model": "hub.a_model"}  # keys of what is pushed
_REFUSALS = {401: "hub.token_not_known", 404: "hub.no_such_owner", 409: "hub.exists_already"}


def is_repo_id(text: str) -> bool:
    """Whether a text is ``OWNER/NAME`` as the hub takes it."""
    return bool(_ID.fullmatch(text)) and "--" not in text and ".." not in text


def check_push(repo_id: str, token: str | None = None, kind: str = "dataset") -> str:
    """Returns the token that a push would use.

    Args:
        kind: what is pushed: ``"dataset"`` or ``"model"``.

    Raises:
        ConfigError: the name is none of a repository, or nobody is logged in.
    """
    from huggingface_hub import get_token

    if not is_repo_id(repo_id):
        raise ConfigError(
            "hub.no_name_write_owner", repo_id=repo_id[:120], words=Message(_WORDS[kind])
        )
    token = token or get_token()
    if not token:
        raise ConfigError("hub.there_no_token_hub")
    return token


def push_files(
    repo_id: str,
    files: Mapping[str, bytes | Path],
    message: str,
    kind: str = "dataset",
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Makes a repository on the hub and puts files into it; returns its address.

    The files go in one commit. A repository that exists is never written over.

    Args:
        files: path in the repository -> content, or the file that holds it.
        message: of the commit.
        kind: ``"dataset"`` or ``"model"``.
        token: of the hub; empty: the one of ``HF_TOKEN`` or of the login.
        endpoint: of the hub; empty: its own.

    Raises:
        ConfigError: the name is wrong or there is no token.
        DataError: the hub refuses or cannot be reached; says what is there and what to do.
    """
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.utils import disable_progress_bars

    api = HfApi(endpoint=endpoint or None, token=check_push(repo_id, token, kind))
    disable_progress_bars()
    created = False
    try:
        address = api.create_repo(repo_id, repo_type=kind, private=private)
        created = True
        added = [
            CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))
            for path, content in files.items()
        ]
        api.create_commit(repo_id, added, commit_message=message, repo_type=kind)
    except Exception as error:  # the client's own, the transport's and the uploader's
        raise _fault(repo_id, error, _WORDS[kind] if created else "") from None
    return str(address)


def _fault(repo_id: str, error: Exception, created: str) -> DataError:
    """Returns one sentence for what the hub's client raised; ``created``: key of what is there."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = ""
    if status in _REFUSALS:
        reason = Message(_REFUSALS[status])
    elif status == 403:
        reason = Message("hub.may_not_write", owner=repo_id.split("/")[0])
    elif status:
        reason = Message("hub.answered", status=status)
    if (not reason and isinstance(error, ConnectionError | OSError)) or "Connect" in _kind(error):
        reason = Message("hub.not_reached")
    if not reason and "Timeout" in _kind(error):
        reason = Message("hub.no_answer_in_time")
    reason = reason or f"{_kind(error)}: {' '.join(str(error).split())[:120]}"
    there = Message("hub.is_there_empty", made=Message(created)) if created else ""
    return DataError("hub.was_not_pushed", repo_id=repo_id, reason=reason, there=there)


def _kind(error: Exception) -> str:
    return type(error).__name__
