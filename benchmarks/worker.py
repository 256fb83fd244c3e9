"""Makes the applications of one contestant and times requests to them, as its parent says.

Flask: which one, the parent says. Django: the same.

Each line of the input is a command as JSON, each line of the output its result.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

import routing
from contestants import CONTESTANTS, Contestant
from drivers import ASGIDriver, Driver, WSGIDriver
from workloads import BY_NAME


class Worker:
    """The commands by name.

    :param contestant: Whose applications are made.
    """

    def __init__(self, contestant: Contestant) -> None:
        self._contestant = contestant
        self._apps = contestant.make()
        self._drivers: dict[str, Driver] = {}

    def prepare(self, workload: str) -> str | None:
        """Ask once and return what is wrong with the answer, ``None`` if it is right."""
        task = BY_NAME[workload]
        driver_class = ASGIDriver if self._contestant.is_async else WSGIDriver
        driver = driver_class(self._apps[task.app], self._contestant.prefix(task.app), task)
        answer = driver.ask()
        if task.keeps_cookie and answer.header("Set-Cookie"):
            driver.keep_cookie(answer)
            answer = driver.ask()
        if not task.is_right(answer):
            return f"answered with {answer.status} and {answer.body[:60]!r}"
        if task.is_cacheable:
            again = driver.ask_again(answer)
            if (again.status, again.body) != (304, b""):
                return f"answered with {again.status} to who had it already"
        self._drivers[workload] = driver
        return None

    def time(self, workload: str, requests: int) -> float:
        """Return the CPU seconds of so many requests."""
        return self._drivers[workload].time(requests)

    def prepare_rules(self, kind: str, count: int) -> dict[str, Any]:
        """Register rules, check that they match, and return the CPU seconds of registering."""
        seconds, drivers = routing.prepare(self._contestant, kind, count)
        self._drivers.update(drivers)
        return {"seconds": seconds, "workloads": list(drivers)}


def main() -> None:
    """Obey until the input ends."""
    # What the applications print is not for the parent.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(CONTESTANTS[sys.argv[1]])
    gc.collect()
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        print(json.dumps(getattr(worker, command)(*arguments)), file=output, flush=True)


if __name__ == "__main__":
    main()
