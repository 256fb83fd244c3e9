"""Times contestants in turns, so that what the machine does besides meets all of them alike.

Flask: one of those measured. Django: one of those measured.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent

#: CPU seconds that the requests of one contestant take in one round.
SECONDS_PER_TURN = 0.02


class Worker:
    """A process with the applications of one contestant.

    :param python: The Python of the environment.
    :param name: The name of the contestant.
    """

    def __init__(self, python: Path, name: str) -> None:
        environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        self.name = name
        self._process = subprocess.Popen(
            [python, HERE / "worker.py", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def ask(self, command: str, *arguments: Any) -> Any:
        """Let the worker run a command and return its result.

        :raises RuntimeError: The process has ended; its traceback was printed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, *arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The worker of {self.name!r} ended during {command!r}.")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._process.communicate()


@dataclass
class Timing:
    """The CPU seconds per request in each round, by contestant."""

    rounds: dict[str, list[float]]

    def microseconds(self, name: str) -> float:
        """Return the median of one contestant."""
        return median(self.rounds[name]) * 1e6

    def ratios(self, name: str, to: str) -> list[float]:
        """Return what one contestant took in each round, as a share of another."""
        pairs = zip(self.rounds[name], self.rounds[to], strict=True)
        return [mine / other for mine, other in pairs]

    def add(self, other: Timing) -> None:
        """Take the rounds of other workers of the same contestants in."""
        for name, seconds in other.rounds.items():
            self.rounds.setdefault(name, []).extend(seconds)


@dataclass
class Spread:
    """A median with the quarter below and the quarter above it."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the quartiles of some values."""
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        return cls(*quantiles(values, n=4, method="inclusive"))

    def __str__(self) -> str:
        return f"{self.middle:.3f} ({self.low:.3f} to {self.high:.3f})"


def time_in_turns(workers: Iterable[Worker], workload: str, rounds: int) -> Timing:
    """Time one workload, each contestant once in each round.

    :param workers: The workers that have it prepared.
    :param rounds: How many times each is timed.
    """
    counts = {worker: _requests_per_turn(worker, workload) for worker in workers}
    timing = Timing({worker.name: [] for worker in counts})
    for number in range(rounds):
        # Nobody comes always after the same neighbour.
        order = list(counts.items())
        for worker, count in order[number % len(order) :] + order[: number % len(order)]:
            timing.rounds[worker.name].append(worker.ask("time", workload, count) / count)
    return timing


def _requests_per_turn(worker: Worker, workload: str) -> int:
    """Warm up, and find out how many requests make a turn."""
    count = 20
    while True:
        seconds: float = worker.ask("time", workload, count)
        if seconds > SECONDS_PER_TURN / 4:
            return max(1, round(count * SECONDS_PER_TURN / seconds))
        count *= 4
