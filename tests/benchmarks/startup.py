"""How soon the page is there: the app's start against importing torch and gradio alone, and what it weighs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from demo import library
from genmodels import checkpoints

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
TIMES = 4  # that every checkpoint lies on the fullest shelf
OPENED_ON = "faces-gan"  # the model that the page begins with
APP = ["app.py"]
ANOTHER_SHELF = """
import pathlib, runpy, sys
from genmodels import checkpoints
checkpoints.FOLDER = pathlib.Path(sys.argv[1])
runpy.run_path("app.py", run_name="__main__")
"""


def measure() -> dict[str, Any]:
    files = sorted(checkpoints.FOLDER.glob("*.safetensors"))
    imports, held = [], 0.0
    with tempfile.TemporaryDirectory() as room:
        one = shelf(Path(room, "one"), [checkpoints.FOLDER / f"{OPENED_ON}.safetensors"], 1)
        full = shelf(Path(room, "full"), files, TIMES)
        ways = {"app": APP, "one": ["-c", ANOTHER_SHELF, str(one)], "full": ["-c", ANOTHER_SHELF, str(full)]}
        ready: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            imports.append(importing())
            for way, command in ways.items():
                seconds, megabytes = starting(command)
                ready[way].append(seconds)
                held = megabytes if command is APP else held
    least, (first, alone, many) = min(imports), map(min, ready.values())
    return {
        "import torch, gradio": f"{least:.2f} s",
        "python app.py until the page answers": f"{first:.2f} s = {first / least:.2f} × the imports",
        f"with one checkpoint, against all {len(files)}": f"{alone:.2f} s = {alone / first:.2f} ×",
        f"with {TIMES * len(files)} checkpoints": f"{many:.2f} s = {many / first:.2f} ×",
        f"reading and checking all {len(files)}": f"{1000 * listing():.0f} ms",
        "resident after the first page": f"{held:.0f} MB",
    }


def shelf(folder: Path, files: list[Path], times: int) -> Path:
    """A folder with links to these checkpoints, each of them so many times under names of its own."""
    folder.mkdir()
    for file in files:
        for k in range(times):
            (folder / f"{file.stem}{f'-{k}' if k else ''}.safetensors").symlink_to(file)
    return folder


def listing() -> float:
    """Seconds until the menus know every checkpoint, where none was read before."""
    taken = []
    for _ in range(ROUNDS):
        library.KNOWN.clear()
        began = time.perf_counter()
        library.cards()
        taken.append(time.perf_counter() - began)
    return min(taken)


def importing() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True, cwd=ROOT)
    return time.perf_counter() - began


def starting(command: list[str]) -> tuple[float, float]:
    """Seconds until Python serves the page whole, and the megabytes the process then holds."""
    port = free_port()
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GRADIO_SERVER_PORT": str(port)},
    )
    try:
        while not served(port):
            if server.poll() is not None:
                raise RuntimeError(f"the app ended before it served: {server.communicate()[1].strip()[-300:]}")
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
