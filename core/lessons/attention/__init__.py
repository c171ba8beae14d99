"""Attention: the heads of a transformer, where they look, and what the model does with it."""

from core.lessons.attention.links import TABLE
from core.ui.lesson import Slice


def _reset() -> None:
    """Put back what is large on the stage, of which the browser holds a copy, and what a fresh lesson opens on."""
    from core.lessons.attention import choose, stage

    stage.reset()
    choose.open_fresh()


def _warm() -> None:
    """The model and the tokens of a fresh lesson, which are not the defaults of its experiment."""
    from core import lab
    from core.experiment import get
    from core.lessons.attention.links import WHOLE

    experiment = get("language_model")
    config, _ = experiment.lenient({"tokens": WHOLE})
    shown = lab.view(experiment.name, config, 0)
    if isinstance(shown, lab.Ready):
        experiment.warm(lab.model(shown.record), config)


LESSON = Slice(links=TABLE, warm=_warm, reset=_reset)
