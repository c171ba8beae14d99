"""`python -m core.lessons` prints the parameters of every lesson's address: docs/LINKS.md."""

from __future__ import annotations

import sys

from core.course import LESSONS
from core.ui.lesson import slice_of
from core.ui.links import Link

HEAD = """# Links

Every screen has an address: `/<lesson>?<parameter>=<value>&...`. Defaults stay out of it. What a link asks for and cannot have is said on the
page. This table is printed by `python -m core.lessons`.

`/attention` without a parameter opens on a sentence and tokens that are not the defaults below, and writes both into its address: so links of
before it did keep theirs.

Two parameters belong to no lesson. `act=<title>` opens a lesson at one of its acts: its title in small letters, with `-` between the words
(`act=look-at-the-space`); the links of its contents hold it. `present=1` opens any page for a projector, a lesson at one act at a time.
"""


def document() -> str:
    """The tables of all lessons as Markdown."""
    parts = [HEAD]
    for lesson in LESSONS:
        parts.append(
            f"\n## {lesson.title}: `/{lesson.slug}`\n\n| parameter | what | values | default |\n|---|---|---|---|\n"
        )
        for link in slice_of(lesson.slug).links.all().values():
            cells = (f"`{link.key}`", link.label, link.values(), _text(link))
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(parts)


def _text(link: Link) -> str:
    default = link.default
    if default in (None, "") or link.name == "data":  # which pictures are the default depends on what a machine has
        return ""
    return "-".join(map(str, default)) if isinstance(default, tuple) else str(default)


if __name__ == "__main__":
    sys.stdout.write(document())
