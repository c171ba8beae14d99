"""A lesson's page, read downwards: question, stage, acts, the model, things to try, how it works.

    page = lesson.open("contrastive")
    model = page.model(live.PANEL, choose.data(page))      # Ready, or the page says why not and what to press
    page.stage(making_views.show, model.record)
    page.act("Pull together, push apart", one_batch.show, model.record)
    page.about(model)
    page.try_this(Try("Nothing to learn", "Set all to nothing.", set_up, (...)))
    page.how_it_works("views, encoder, projector", "Each picture ...", formula(r"..."), code(nt_xent_rows))

A subject of None has nothing to show: its stage or act is left out. So are all acts in a browser's first run, and below a
model that does not exist yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import streamlit as st

from core import data, lab
from core.charts.live import losses
from core.course import Lesson
from core.experiment import Experiment, get
from core.ui import acts, knobs, notes, training, tries
from core.ui.components.contents import Act, contents
from core.ui.explain import Part, code, explain, formula
from core.ui.links import Table
from core.ui.tries import Try

__all__ = ["Model", "Page", "Panel", "Published", "Try", "code", "formula"]

log = logging.getLogger(__name__)
BROKEN = "This part of the page could not be drawn. The rest of the lesson works; reload the page to try again."


@dataclass(frozen=True)
class Panel:
    """How a lesson speaks of its model.

    facts: one line from a config: what was trained on what. draw: shows a run's newest preview, where its previews are no
    pictures. curve: the chart of a run's history, where that is not its loss alone. change: more controls for the folded
    menus. noun: what is learned, in the singular. find: looks the model up, where another setting's model serves as well.
    """

    experiment: str
    facts: Callable[[Any], str]
    draw: Callable[[lab.JobView], None] | None = None
    curve: Callable[..., dict[str, Any]] = losses
    change: Callable[[], None] | None = None
    title: str = "This model"
    noun: str = "network"
    find: Callable[[Any, int], lab.View] | None = None


@dataclass(frozen=True)
class Model:
    """The trained model of the page, or the state of its training. above: knobs whose controls stand above the stage."""

    panel: Panel
    config: Any
    seed: int
    view: lab.View
    above: dict[str, Any]

    @property
    def experiment(self) -> Experiment:
        return get(self.panel.experiment)

    @property
    def record(self) -> lab.Record | None:
        """The record of the trained model; None where there is none."""
        return self.view.record if isinstance(self.view, lab.Ready) else None


@dataclass(frozen=True)
class Published:
    """A model that others trained: there is nothing to set or train. about: Markdown, what it is and where it is from."""

    about: str
    title: str = "This model"


@dataclass
class Page:
    """One run of a lesson's page.

    play: the place of the stage and of controls above it. listing: the place of the contents. lines: of the contents.
    """

    lesson: Lesson
    links: Table
    play: Any
    listing: Any
    stage_alone: bool
    blocked: bool = False
    unmeasured: bool = False  # the stage has its model, but nothing was measured yet that could stand below it
    lines: list[Act] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return self.lesson.prefix

    @property
    def quiet(self) -> bool:
        """Whether what stands below the stage is left out of this run."""
        return self.stage_alone or self.blocked or self.unmeasured

    def model(self, panel: Panel, above: dict[str, Any], required: bool = True) -> Model:
        """The model for the settings in the address. Its menus are drawn by `about`.

        above: knobs whose controls the page has drawn, with their values. required: without a trained model the page says
        in the place of the stage what to press, and shows nothing below it but the model's panel.
        """
        experiment = get(panel.experiment)
        config, seed = knobs.linked(self.links, experiment, above)
        view = (
            panel.find(config, seed) if panel.find else lab.view(panel.experiment, config, seed, training.session_id())
        )
        found = Model(panel, config, seed, view, above)
        training.looks_at(view)
        self.unmeasured = isinstance(view, lab.Ready) and not view.measured
        if required and found.record is None:
            self.block(partial(training.say_not_ready, found.view, panel.noun))
        with self.play:
            training.say_early(found.view)
        return found

    def block(self, say: Callable[[], None] | None = None) -> None:
        """There is nothing to show on the stage: `say` tells why, in its place."""
        self.blocked = True
        if say is not None:
            with self.play:
                say()

    def stage(self, draw: Callable[..., None], *subject: Any, whole: bool = False, border: bool = True) -> None:
        """The stage: what the student touches, and what the network makes of it. A gesture reruns it alone, unless `whole`:
        then it concerns the page."""
        if self.blocked or _nothing(subject):
            return
        key = f"{self.prefix}_stage" if border else None  # without a border the part draws its own containers
        with self.play, st.container(border=border, key=key):
            there = (_drawn if whole else _alone)(draw, subject)
        self.blocked = self.blocked or there is False  # the acts would say the same about the same model

    def beside(self, draw: Callable[..., None], *subject: Any) -> None:
        """What belongs to the stage and stays the same while a student plays: drawn once a page, below it."""
        if self.quiet or _nothing(subject):
            return
        with self.play:
            draw(*subject)

    def act(
        self,
        title: str,
        draw: Callable[..., None],
        *subject: Any,
        intro: str = "",
        whole: bool = False,
        heading: bool = True,
        goes_on: bool = False,
    ) -> None:
        """One act: a heading with an anchor, and a part that draws itself; its fault stays in it.

        intro: Markdown above it. whole: a gesture in it concerns the page. heading: whether the title is drawn; columns may
        have headings of their own. goes_on: it belongs to the act before it.
        """
        anchor = acts.anchor(title)
        if self.quiet or _nothing(subject):
            return
        with self._line(title, goes_on=goes_on):
            if heading:
                st.header(title, anchor=False)
            if intro:
                with st.container(key=f"{self.prefix}_intro_{anchor}"):
                    st.markdown(intro)
            (_when_seen if whole else _when_seen_alone)(self.prefix, anchor, draw, subject)

    def fold(
        self, title: str, icon: str, draw: Callable[..., None], *subject: Any, link: str = "", waits: bool = True
    ) -> None:
        """A folded act. link: the parameter whose presence in the address unfolds it. waits: it is drawn when it is unfolded."""
        if self.quiet or _nothing(subject):
            return
        unfolded = bool(link) and self.links[link].raw() is not None
        key = f"{self.prefix}_fold_{acts.anchor(title)}"
        self.lines.append(Act(acts.anchor(title), title, key))
        folded = st.expander(title, unfolded, key=key, icon=icon, on_change="rerun" if waits else "ignore")
        if not waits or folded.open:
            with folded:
                _alone(draw, subject)

    def about(self, model: Model | Published | None) -> None:
        """What the model is, its training, and the menus that change it."""
        if self.stage_alone or model is None:
            return
        if isinstance(model, Published):
            with self._line(model.title):
                st.header(model.title, anchor=False)
                st.markdown(model.about)
            return
        anchor = acts.anchor(model.panel.title)
        with self._line(model.panel.title):
            st.header(model.panel.title, anchor=False)
            if model.record is None:
                acts.show(self.prefix, anchor)  # and it stays when the training that begins here is over
            if acts.in_view(self.prefix, anchor):
                self._training(model)

    def _training(self, model: Model) -> None:
        """The panel, and below it the menus: they decide what the panel speaks of."""
        panel = st.container()
        with st.expander("Change what is trained", icon=":material/tune:"):
            config, seed = knobs.controls(self.links, model.experiment, model.above)
            if model.panel.change is not None:
                model.panel.change()
        run = training.Setting(self.prefix, model.experiment, config, seed, model.panel.facts(config))
        with panel:
            training.panel(run, training.Shown(model.panel.draw, model.panel.curve))

    def try_this(self, *cards: Try) -> None:
        """Cards that change the stage or an act, and lead there."""
        cards = tuple(card for card in cards if not (self.unmeasured and card.act))
        if not cards or self.stage_alone or self.blocked:
            return
        with self._line("Try this", prose=True):
            st.header("Try this", anchor=False)
            tries.draw(self.prefix, cards)

    def how_it_works(self, title: str, *parts: Part) -> None:
        """The explanation, folded: Markdown, and what `formula` and `code` made. With it the page ends."""
        if not (self.stage_alone or self.blocked):
            with self._line("How it works", prose=True):
                _alone(explain, (title, parts))
        self._end()

    def _line(self, title: str, prose: bool = False, goes_on: bool = False) -> Any:
        """The container of an act, which the contents list from now on."""
        key = f"{self.prefix}_act_{acts.anchor(title)}"
        if goes_on and self.lines:
            self.lines[-1] = replace(self.lines[-1], also=(*self.lines[-1].also, key))
        else:
            self.lines.append(Act(acts.anchor(title), title, key, prose))
        return st.container(key=key)

    def _end(self) -> None:
        """The contents, and what is wrong about the act that the address names."""
        if self.stage_alone:
            return
        if (asked := acts.asked()) and not self.quiet and asked not in {act.anchor for act in self.lines}:
            notes.add(self.prefix, "The link asks for an act that this lesson does not have; it opens at its stage.")
            acts.go("")
        with self.listing:
            if acts.browser():  # nobody else scrolls
                contents(self.prefix, self.lesson.title, tuple(self.lines))


def _nothing(subject: tuple[Any, ...]) -> bool:
    return any(one is None for one in subject)


def _drawn(draw: Callable[..., None], subject: tuple[Any, ...]) -> bool:
    """Draw a part; what it cannot do is one sentence in its place. False where the model or the data cannot be read."""
    try:
        draw(*subject)
    except (lab.Damaged, data.Missing) as error:
        st.error(str(error), icon=":material/broken_image:")
        return False
    except Exception:
        log.exception("%s.%s", draw.__module__, draw.__qualname__)
        st.error(BROKEN, icon=":material/broken_image:")
    return True


def _when_seen(prefix: str, anchor: str, draw: Callable[..., None], subject: tuple[Any, ...]) -> None:
    if acts.in_view(prefix, anchor):
        _drawn(draw, subject)


_alone = st.fragment(_drawn)  # its gestures rerun it alone
_when_seen_alone = st.fragment(_when_seen)
