"""Ask the real Flask and flaskish the same things, and compare the answers.

Flask: 3.1.3, in an environment of its own. Django: behind flaskish.

The applications in ``tests/conformance/apps`` run unchanged in both. Requests are the hand-written
ones in ``cases`` and generated ones. The run fails when an answer differs that ``known.toml`` does
not explain, and when an entry of that table explains nothing any more.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

from cases import CATALOGUE  # noqa: E402 - found through the path above
from comparison import (  # noqa: E402
    Answer,
    Difference,
    KnownDifference,
    differing_aspects,
    load_known_differences,
)
from environments import flaskless_environment, reference_environment  # noqa: E402
from exchange import CookieJar, Request, Steps  # noqa: E402
from generation import generate  # noqa: E402

KNOWN = HERE / "known.toml"

#: Applications that are wrapped by WSGI middleware, which a mounted one does not have around it.
ONLY_STANDALONE = {"keyless", "middleware"}


class Worker:
    """A process that answers requests with one of the frameworks.

    :param python: The Python of its environment.
    :param options: What the worker is told, ``--as-flask`` to import flaskish as Flask.
    """

    def __init__(self, python: str | Path, *options: str) -> None:
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"PYTHONHASHSEED": "0", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
        if options:
            environment["PYTHONPATH"] = str(ROOT)
        command = [str(python), str(HERE / "worker.py"), *options]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            text=True,
            encoding="utf-8",
        )

    def ask(self, app: str, request: Request, cookies: CookieJar) -> Answer:
        """Send a request and keep the cookies of the answer.

        :raises RuntimeError: The process has ended.
        """
        environ = request.to_environ(cookies.header)
        question = {
            "app": app,
            "environ": environ,
            "body": base64.b64encode(request.body).decode(),
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("The worker has no pipes.")
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
        except BrokenPipeError:
            line = ""
        else:
            line = stdout.readline()
        if not line:
            raise RuntimeError(f"A worker ended before it answered {app}: {request}.")
        answer: Answer = json.loads(line)
        cookies.update(answer["headers"])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()


class Run:
    """One comparison of both frameworks.

    :param flask: The worker with the real one.
    :param flaskish: The worker with ours.
    :param known: The differences that stay.
    """

    def __init__(self, flask: Worker, flaskish: Worker, known: list[KnownDifference]) -> None:
        self._workers = (flask, flaskish)
        self._known = known
        self.requests: Counter[str] = Counter()
        self.unknown: list[Difference] = []
        #: Known differences that no request written by hand shows.
        self.unused: list[KnownDifference] = []
        self.explained = 0

    def compare(self, app: str, steps: Steps) -> None:
        """Let a client of each framework make the same requests."""
        jars = (CookieJar(), CookieJar())
        for number, request in enumerate(steps):
            self.requests[app] += 1
            flask, flaskish = (
                worker.ask(app, request, jar)
                for worker, jar in zip(self._workers, jars, strict=True)
            )
            for aspect, theirs, ours in differing_aspects(flask, flaskish):
                earlier = tuple(steps[:number])
                self._note(Difference(app, request, earlier, aspect, theirs, ours))

    def _note(self, difference: Difference) -> None:
        for entry in self._known:
            if entry.covers(difference):
                entry.count += 1
                self.explained += 1
                return
        self.unknown.append(difference)


def hand_written(names: list[str]) -> Iterator[tuple[str, Steps]]:
    """Yield the requests of the catalogue.

    :param names: The applications.
    """
    for name in names:
        for case in CATALOGUE[name].requests:
            yield name, (case,) if isinstance(case, Request) else case


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the random requests")
    parser.add_argument("--requests", type=int, default=3000, help="how many random requests")
    parser.add_argument("--app", action="append", default=[], choices=sorted(CATALOGUE))
    parser.add_argument("--mounted", action="store_true", help="in a Django project")
    parser.add_argument("--show", type=int, default=40, help="how many differences to print")
    parser.add_argument("--report", type=Path, help="a file to write all differences to")
    parser.add_argument("--flask-python", help="a Python that has Flask, instead of a new one")
    parser.add_argument("--flaskish-python", help="a Python that has Django, Jinja2 and click")
    return parser.parse_args()


def compare_all(arguments: argparse.Namespace, known: list[KnownDifference]) -> Run:
    """Ask everything."""
    names = set(arguments.app or CATALOGUE)
    if arguments.mounted:
        names -= ONLY_STANDALONE
    catalogue = {name: cases for name, cases in CATALOGUE.items() if name in names}
    random_requests = generate(Random(arguments.seed), catalogue, arguments.requests)
    options = ["--as-flask", "--mounted"] if arguments.mounted else ["--as-flask"]
    with (
        Worker(arguments.flask_python or reference_environment()) as flask,
        Worker(arguments.flaskish_python or flaskless_environment(), *options) as flaskish,
    ):
        run = Run(flask, flaskish, known)
        for app, steps in hand_written(list(catalogue)):
            run.compare(app, steps)
        # Chance would show some of them in one run and not in the next.
        run.unused = [entry for entry in known if not entry.count]
        for app, steps in random_requests:
            run.compare(app, steps)
    return run


def first_of_each_kind(differences: list[Difference]) -> list[Difference]:
    """Put the first difference of each application, place and aspect before the others."""
    seen: set[tuple[Any, ...]] = set()
    first: list[Difference] = []
    others: list[Difference] = []
    for difference in differences:
        place = difference.request.target.split("?")[0].split("/")[:2]
        kind = (difference.app, *place, difference.aspect)
        (others if kind in seen else first).append(difference)
        seen.add(kind)
    return first + others


def main() -> int:
    """Compare, and print what differs.

    :return: The exit status: 1 if something differs that should not.
    """
    arguments = parse_arguments()
    known = [
        entry
        for entry in load_known_differences(KNOWN)
        if arguments.mounted or not entry.is_mounted
    ]
    run = compare_all(arguments, known)
    differences = first_of_each_kind(run.unknown)
    if arguments.report:
        text = "\n\n".join(str(difference) for difference in differences)
        arguments.report.write_text(text + "\n", encoding="utf-8")
    for difference in differences[: arguments.show]:
        print(f"{difference}\n")
    stale = [
        entry for entry in run.unused if not arguments.app and entry.is_mounted == arguments.mounted
    ]
    for entry in stale:
        print(
            f"No request written by hand differs as known.toml says of {entry.app}: {entry.reason}"
        )
    by_app = Counter(difference.app for difference in run.unknown)
    for app, count in sorted(run.requests.items()):
        print(f"{app:12} {count:6} requests {by_app[app]:6} differences")
    print(
        f"{run.requests.total()} requests with seed {arguments.seed}: {len(run.unknown)}"
        f" differences, {run.explained} known ones by {len(known) - len(stale)} entries."
    )
    return 1 if run.unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main())
