"""The address of a screen: each lesson declares its parameters in one table.

    TABLE = table("contrastive")
    DRAW = TABLE.whole("draw", "Draw", 0, 9999)
    SPACE = TABLE.choice("space", "Space", default="h")          # its options depend on the model: given at the widget
    POINT = TABLE.free("point", "The chosen point", by="gesture")

    draw = DRAW.input(help="The same number draws the same views.")
    space = SPACE.widget(st.selectbox, options=here(record), shown=TITLES.__getitem__)
    POINT.put("17")

Reset, the tests of arbitrary links and docs/LINKS.md read the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.course import by_slug
from core.experiment import LARGEST_SEED, get
from core.ui import moves, notes
from core.ui.link_kinds import LONGEST, Choice, Free, Link, Setter, Several, Text, Whole, defaults

__all__ = ["Choice", "Free", "Link", "Several", "Table", "Text", "Whole", "table"]

COMPONENTS = ("painter", "pad", "map", "box", "look")  # session keys of components: the browser holds a copy


@dataclass(frozen=True)
class Table:
    """All parameters of one lesson. experiments: whose knobs, and a seed, belong to the address too."""

    prefix: str
    experiments: tuple[str, ...] = ()
    own: dict[str, Link] = field(default_factory=dict)

    def choice(
        self,
        name: str,
        label: str,
        options: Sequence[Any] = (),
        default: Any = None,
        said: str = "",
        by: Setter = "widget",
    ) -> Choice:
        return self._add(Choice(self.prefix, name, label, default, said, by, tuple(options)))

    def several(self, name: str, label: str, options: Sequence[Any] = (), default: tuple[Any, ...] = ()) -> Several:
        return self._add(Several(self.prefix, name, label, default, options=tuple(options)))

    def whole(
        self, name: str, label: str, low: int = 0, high: int = 0, default: int = 0, by: Setter = "widget"
    ) -> Whole:
        return self._add(Whole(self.prefix, name, label, default, by=by, low=low, high=high))

    def text(self, name: str, label: str, default: str = "", most: int = 1_500) -> Text:
        return self._add(Text(self.prefix, name, label, default, most=most))

    def free(self, name: str, label: str, about: str = "", by: Setter = "gesture") -> Free:
        return self._add(Free(self.prefix, name, label, by=by, about=about))

    def _add(self, link: Any) -> Any:
        if link.name in self.own:
            raise ValueError(f"{link.key} is declared twice")
        self.own[link.name] = link
        return link

    def __getitem__(self, name: str) -> Link:
        """The parameter of that name; KeyError where the lesson has none."""
        return self.all()[name]

    def all(self) -> dict[str, Link]:
        """Every parameter by its name, those of the experiments' knobs included; a declared one stands before a knob."""
        found: dict[str, Link] = dict(self.own)
        for experiment in self.experiments:
            for name in get(experiment).knobs():
                found.setdefault(name, self.knob(experiment, name))
            found.setdefault("seed", self.seed())
        return found

    def knob(self, experiment: str, name: str) -> Any:
        """The parameter of one knob of an experiment."""
        if name in self.own:
            return self.own[name]
        knob, default = get(experiment).knobs()[name], getattr(get(experiment).default(), name)
        label = f"{knob.label}, {knob.unit}" if knob.unit else knob.label
        kind = Several if knob.many else Choice
        return kind(self.prefix, name, label, default, by="knob", options=knob.choices)

    def data(self, experiment: Any) -> Choice:
        """The knob that names the pictures an experiment learns from; what is on this machine is asked for at the widget."""
        knob = experiment.knobs()["data"]
        return Choice(self.prefix, "data", knob.label, None, "The data set", "knob", tuple(knob.choices))

    def seed(self) -> Whole:
        """The seed of the training."""
        declared = self.own.get("seed")
        return declared or Whole(self.prefix, "seed", "Seed", 0, by="knob", low=0, high=LARGEST_SEED)

    def leave_out_long(self) -> None:
        """Take out of the address what is longer than any control writes, and say so."""
        for link in self.all().values():
            if len(st.query_params.get(link.key, "")) > LONGEST:
                notes.add(
                    self.prefix,
                    f"{link.said or link.label}: the link's value is longer than any that this page writes, and is left out.",
                )
                link.put(None)

    def case(self, values: dict[str, Any], *others: str) -> None:
        """Set these controls, and the `others` to what the lesson opens on. For a button's callback."""
        known = defaults(self.prefix)
        for name in (*values, *others):
            self[name].put(None)  # what is drawn writes its own
            if name in values or name in known:
                self[name].set(values.get(name, known.get(name)))

    def reset(self) -> None:
        """Put every control back and drop its parameters from the address. For a button's callback.

        What a component holds stays: the browser has a copy, so the lesson sends it a message.
        """
        start = f"{self.prefix}_"
        for full in [k for k in st.session_state if isinstance(k, str) and k.startswith(start)]:
            name = full.removeprefix(start)
            if name in defaults(self.prefix):
                moves.change("session", full, defaults(self.prefix)[name])
            elif not name.startswith(COMPONENTS):
                del st.session_state[full]
        for full in [k for k in st.query_params if k.startswith(start)]:
            moves.change("address", full, None)


def table(slug: str) -> Table:
    """The empty table of the lesson of that slug, with its prefix and its experiments; KeyError where there is none."""
    lesson = by_slug(slug)
    return Table(lesson.prefix, lesson.experiments)
