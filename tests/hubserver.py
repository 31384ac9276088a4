"""A server of our own that answers a push as the hub does, and keeps what it was asked."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_test_token"
NAME = "ada/shifted"


@dataclass
class Hub:
    """What the server answers and was asked.

    Attributes:
        mode: how large files go up: ``"regular"`` in the commit itself, or ``"lfs"``.
        refuse: part of a path -> the status that it is refused with.
        asked: method, path, token and body of every request.
    """

    url: str = ""
    mode: str = "regular"
    refuse: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        for part, status in self.refuse.items():
            if part in path:
                return status, {"error": f"refused with {status}"}
        if path.endswith("/repos/create"):
            kind = json.loads(self.asked[-1][3]).get("type", "model")
            place = NAME if kind == "model" else f"{kind}s/{NAME}"
            return 200, {"url": f"{self.url}/{place}", "name": NAME, "id": "1"}
        if "/preupload/" in path:
            body = json.loads(self.asked[-1][3])
            files = [
                {"path": f["path"], "uploadMode": self._mode(f["path"]), "shouldIgnore": False}
                for f in body["files"]
            ]
            return 200, {"files": files}
        if path.endswith("/objects/batch"):
            objects = json.loads(self.asked[-1][3])["objects"]
            upload = {"upload": {"href": f"{self.url}/put"}}
            return 200, {"objects": [{**one, "actions": upload} for one in objects]}
        if "/commit/" in path:
            return 200, {
                "commitUrl": f"{self.url}/{NAME}/commit/1",
                "commitOid": "0" * 40,
                "success": True,
            }
        return 200, {}

    def _mode(self, path: str) -> str:
        return self.mode if path.endswith((".parquet", ".safetensors")) else "regular"

    def bodies(self, part: str) -> list[bytes]:
        return [body for _, path, _, body in self.asked if part in path]

    def committed(self, kind: str) -> dict[str, bytes]:
        """The files of the one commit, with what it holds of them itself."""
        (commit,) = self.bodies(f"/api/{kind}s/{NAME}/commit/main")
        lines = [json.loads(line) for line in commit.decode().splitlines()]
        assert lines[0]["key"] == "header"
        return {
            line["value"]["path"]: base64.b64decode(line["value"].get("content", ""))
            for line in lines[1:]
        }


@contextlib.contextmanager
def serving() -> Iterator[Hub]:
    """Within it, the server runs."""
    found = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            token = self.headers.get("Authorization", "")
            found.asked.append((self.command, self.path, token, body))
            status, value = found.answer(self.path)
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PUT = do_GET = _any

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
