"""Work of some seconds that a page does not wait for: asked for again and again until it is there.

    shown = background.ask(key, lambda progress: answer_all(vectors, questions, on_progress=progress))
    shown.state    # "queued" or "running": ask again in a second; "done": shown.value; "failed": shown.message

One thread does one thing after the other and lets go of the interpreter's lock in torch's products, so that pages stay
quick; where it reports progress it gives way to visitors (`give_way`). All who ask for the same key share one piece of work. What
nobody asks for any more ends by itself (`core.queue`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.queue import Queue, Rules, Task, View

KEPT = 64  # results and failures in memory
ABANDONED = 10.0  # seconds without anybody asking, after which work ends
Progress = Callable[[int, int], None]


def give_way() -> None:
    """Called at each report of progress; a server puts in its place what waits for visitors."""


class _Lane:
    """Calls the function that is a task's work."""

    def serve(self, task: Task, queue: Queue[Task]) -> Any:
        def progress(done: int, total: int) -> None:
            queue.report(task, done, total)
            give_way()

        return task.work(progress)

    def wake(self) -> None:
        """The work hears of it at its next report."""

    def close(self) -> None:
        """There is nothing to let go of."""


class Service:
    """The queue of this work. It ends with the process."""

    def __init__(self, abandoned: float = ABANDONED) -> None:
        self.queue: Queue[Task] = Queue("background", [_Lane], Rules(silence=abandoned, kept=KEPT))

    def ask(self, key: str, function: Callable[[Progress], Any], retry: bool = False) -> View:
        """The view of the work of this key; it begins with the first call. `function` gets what it reports progress to.

        retry: begin anew where it has failed; without it a failure stays, so that polling pages do not loop.
        """
        return self.queue.ask(key, lambda: Task(key, function), retry)


_service = Service()


def ask(key: str, function: Callable[[Progress], Any], retry: bool = False) -> View:
    """`Service.ask` of the one service of this process."""
    return _service.ask(key, function, retry)
