"""Compare flaskish with Flask, Quart, Django and Bottle; ``make bench``.

Flask: 3.1.3, in one environment with the others. Django: plain, and with flaskish mounted in it.

A complete run takes about ten minutes and writes ``docs/speed.md``. With any argument it is a
partial one, which prints its tables only.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

import tables  # noqa: E402 - found through the path above
from environments import CACHE, benchmark_environment  # noqa: E402
from measuring import Timing, Worker, time_in_turns  # noqa: E402
from servers import SETUPS, has_load_generator, measure_setup  # noqa: E402
from startup import measure_starts  # noqa: E402
from workloads import FILE_SIZE, WORKLOADS  # noqa: E402

DOCUMENT = ROOT / "docs" / "speed.md"
PACKAGES = (
    *("flask", "werkzeug", "quart", "django", "bottle", "starlette", "jinja2"),
    *("gunicorn", "uvicorn", "uvloop", "httptools"),
)
CONTESTANTS = (
    *("flaskish", "flaskish, database", "Flask", "Bottle"),
    *("mounted", "Django", "mounted, middleware", "Django, middleware"),
    *("flaskish, ASGI", "Quart"),
)
#: What a contestant does not offer, or has no view for.
LACKING = {
    "flaskish, database": {"hooks, 5 and 5"},
    "Bottle": {"session", "hooks, 5 and 5", "nested blueprints"},
    "Django": {"session", "hooks, 5 and 5"},
    "Django, middleware": {"hooks, 5 and 5"},
    "flaskish, ASGI": {"nested blueprints", "static file, 10 KiB"},
    "Quart": {"nested blueprints", "static file, 10 KiB"},
}
#: Processes differ by where their memory lies; each contestant gets several, one after the other.
GENERATIONS = 3
#: Without Bottle, which takes 20 seconds to register 5,000 variable rules.
ROUTING_CONTESTANTS = ("flaskish", "mounted", "Flask", "Django")
ROUTING_COUNTS = (10, 100, 1000, 5000)
ROUTING_KINDS = ("static", "variable last", "variable first")
ROUTING_POSITIONS = ("first", "middle", "last", "miss")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=24, help="rounds of each measurement")
    parser.add_argument(
        "--parts",
        default="requests,routing,start,servers",
        help="which parts to run, separated by commas",
    )
    parser.add_argument("--only", default="", help="workloads or setups by a part of their names")
    parser.add_argument("--contestants", default=";".join(CONTESTANTS), help="separated by ';'")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    static = CACHE / "benchmark-static"
    python = benchmark_environment()
    static.mkdir(exist_ok=True)
    (static / "file.txt").write_bytes(b"0123456789abcde\n" * (FILE_SIZE // 16))
    texts = [describe(python, arguments.rounds)]
    for part in arguments.parts.split(","):
        for text in PARTS[part](python, arguments):
            print(text, end="\n\n", flush=True)
            texts.append(text)
    if len(sys.argv) == 1:
        DOCUMENT.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
        print(f"Written to {DOCUMENT.relative_to(ROOT)}.")
    return 0


def describe(python: Path, rounds: int) -> str:
    """Say what was measured, and how."""
    code = (
        "import importlib.metadata, sys;"
        "print(', '.join(f'{name} {importlib.metadata.version(name)}' for name in sys.argv[1:]))"
    )
    versions = subprocess.run(
        [python, "-c", code, *PACKAGES], check=True, capture_output=True, text=True
    ).stdout.strip()
    return f"""\
# Speed

`make bench` measures and writes this page; nothing on it was edited.

Measured with Python {platform.python_version()} on {platform.system()} {platform.machine()}:
{versions}.

Times are CPU time of the process, in microseconds per request unless a table says otherwise. Each
contestant runs in a process of its own; in each of {rounds} rounds each gets one turn, so that what
else the machine does meets all of them. A ratio is the median of the ratios of the rounds, with the
quartiles behind it. Each answer is checked before it is timed. "Mounted" is flaskish in a Django
project, "Django" plain views in such a project. These serve the file by
`django.views.static.serve`: who has it already is told that it has not changed, as by the others,
though by its date only. "Wanted" is the goal the project has set itself."""


def measure_requests(python: Path, arguments: argparse.Namespace) -> Iterator[str]:
    timings: dict[str, Timing] = {}
    names = arguments.contestants.split(";")
    wanted = [workload for workload in WORKLOADS if is_wanted(workload.name, arguments.only)]
    generations = min(GENERATIONS, arguments.rounds)
    for _ in range(generations):
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker(python, name)) for name in names]
            for workload in wanted:
                ready = [worker for worker in workers if is_ready(worker, workload.name)]
                timing = time_in_turns(ready, workload.name, arguments.rounds // generations)
                timings.setdefault(workload.name, Timing({})).add(timing)
    yield "## Requests"
    for name in tables.OPPONENTS:
        if name in names:
            yield tables.ratio_table(timings, name)
    if {"flaskish", "Bottle"} <= set(names):
        yield tables.bottle_table(timings)


def is_wanted(name: str, only: str) -> bool:
    return not only or any(part and part in name for part in only.split(","))


def is_ready(worker: Worker, workload: str) -> bool:
    """Let a contestant answer once; one that does not offer the workload is left out.

    :raises RuntimeError: The answer is wrong.
    """
    if workload in LACKING.get(worker.name, ()):
        return False
    problem = worker.ask("prepare", workload)
    if problem:
        raise RuntimeError(f"{worker.name!r} on {workload!r}: {problem}.")
    return True


def measure_routing(python: Path, arguments: argparse.Namespace) -> Iterator[str]:
    timings: dict[tuple[str, int, str], Timing] = {}
    registering: dict[tuple[str, str, int], float] = {}
    given = arguments.contestants.split(";")
    names = [name for name in ROUTING_CONTESTANTS if name in given]
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(python, name)) for name in names]
        for kind in ROUTING_KINDS:
            for count in ROUTING_COUNTS:
                for worker in workers:
                    answer = worker.ask("prepare_rules", kind, count)
                    registering[worker.name, kind, count] = answer["seconds"]
            for position in ROUTING_POSITIONS:
                for count in ROUTING_COUNTS:
                    key = kind, count, position
                    name = ", ".join(map(str, key))
                    timings[key] = time_in_turns(workers, name, max(2, arguments.rounds // 3))
    yield "## Routing"
    yield tables.routing_table(timings, names, ROUTING_COUNTS)
    yield "Registering the rules and answering the first request, in milliseconds:"
    yield tables.registration_table(registering)


def measure_starting(python: Path, arguments: argparse.Namespace) -> Iterator[str]:
    yield "## Start"
    yield "From an empty process to the first answer, and the memory it has then:"
    yield tables.start_table(measure_starts(python, arguments.rounds))


def measure_servers(python: Path, arguments: argparse.Namespace) -> Iterator[str]:
    yield "## Servers"
    if not has_load_generator():
        yield "Not measured: the load generator `wrk` is not installed."
        return
    yield "One server process under `wrk`, which had the machine's other core:"
    for setup in SETUPS:
        if is_wanted(setup.title, arguments.only):
            loads = measure_setup(python, setup, max(1, arguments.rounds // 8), seconds=3)
            yield tables.load_table(setup, loads)


PARTS = {
    "requests": measure_requests,
    "routing": measure_routing,
    "start": measure_starting,
    "servers": measure_servers,
}


if __name__ == "__main__":
    sys.exit(main())
