"""Record again what the links of `recorded_links.json` show, after a change that was meant.

    python -m tests.contract.record_links               # all links; some two minutes
    python -m tests.contract.record_links bottleneck    # those of one lesson

Look at the difference of the file before you commit it: it is what people will see who open an old link. A new link is
written into the file by hand, {"query": {...}} under a name, and then recorded.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import pytest

from tests.helpers import recorded_links
from tests.helpers.recorded_links import RECORDER, Link

TEST = "tests/contract/test_recorded_links.py"


class Recorder:
    """A pytest plugin that takes what each link shows."""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RECORDER] = self

    def __init__(self) -> None:
        self.links = {(link.slug, link.name): link for link in recorded_links.load()}

    def keep(self, link: Link, address: dict[str, str], facts: Sequence[tuple[str, str]]) -> None:
        new = dataclasses.replace(link, address=address, facts=sorted(facts))
        self.links[link.slug, link.name] = new


def main(slugs: Sequence[str]) -> int:
    """Run the test of these lessons with a recorder in the place of the comparison; returns an exit status."""
    recorder = Recorder()
    chosen = ["-k", " or ".join(slugs)] if slugs else []
    failed = pytest.main(["-n", "0", TEST, *chosen], plugins=[recorder])
    if not failed:
        recorded_links.save(list(recorder.links.values()))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
