"""How soon the page is there: the app's start against importing torch and gradio alone, and what it weighs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def measure() -> dict[str, Any]:
    imports, ready, memory = [], [], 0.0
    for _ in range(3):
        imports.append(importing())
        seconds, memory = starting()
        ready.append(seconds)
    least, first = min(imports), min(ready)
    return {
        "import torch, gradio": f"{least:.2f} s",
        "python app.py until the page answers": f"{first:.2f} s = {first / least:.2f} × the imports",
        "resident after the first page": f"{memory:.0f} MB",
    }


def importing() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True, cwd=ROOT)
    return time.perf_counter() - began


def starting() -> tuple[float, float]:
    """Seconds until the page is served whole, and the megabytes the process then holds."""
    port = free_port()
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GRADIO_SERVER_PORT": str(port)},
    )
    try:
        while not served(port):
            time.sleep(0.05)
        return time.perf_counter() - began, resident(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def served(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2) as link:
            link.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b"200" in link.recv(64)
    except OSError:
        return False


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]
