"""The stage: one slider, an example of each kind of data with so much hidden, and the curves once a person has guessed."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.experiments import spectrogram_mae
from core.lessons.how_much_to_hide import charts, curves, examples
from core.lessons.how_much_to_hide.examples import Cell
from core.lessons.how_much_to_hide.links import EXAMPLE, GUESSES, KINDS, NAMES, PREFIX, SHARE, SHARES
from core.ui.charted import draw_chart
from core.ui.guess import NONE_WANTED, guessed
from core.ui.look import look_now
from core.ui.page import Panel

SHORT = {"images": "linear probe", "text": "right words", "video": "linear probe"}


def facts(config: spectrogram_mae.Config) -> str:
    """One line for the panel."""
    return f"spectrograms of made sounds · {100 * config.mask_ratio:.0f}% hidden, {config.sampling}"


PANEL = Panel("spectrogram_mae", facts, title="The network of sounds")


def show(alone: bool) -> None:
    """The slider, the four examples, and below them the guesses or the curves. alone: without these, which follow."""
    slider, button = st.columns([0.77, 0.23], vertical_alignment="bottom")
    with slider:
        share = SHARE.widget(st.select_slider, shown="{}%".format)
    number = EXAMPLE.value()
    button.button(
        "Other examples",
        icon=":material/shuffle:",
        key=f"{PREFIX}_other",
        on_click=_other,
        args=(number,),
        width="stretch",
    )
    EXAMPLE.put(None if number == EXAMPLE.default else str(number))
    found = {name: examples.cell(kind, share, number) for name, kind in examples.SHOWN.items()}
    st.html(f'<div class="ll-hmfour">{"".join(panel(name, one) for name, one in found.items())}</div>')
    if alone:
        return
    places = st.columns(4, gap="small")
    for kind, place in zip(KINDS, places[:3], strict=True):
        with place:
            _curve(kind, share)
    with places[3]:
        _reading()


def panel(name: str, one: Cell) -> str:
    """One of the four: what is given, what comes out, and how good that is."""
    return (
        f'<section><h4>{examples.SHOWN[name].title}</h4><div class="two {name}"><div class="asked">{one.asked}</div><div class="filled">{one.filled}</div></div>'
        f"<small>{one.said}</small></section>"
    )


def _other(number: int) -> None:
    EXAMPLE.set((number + 1) % examples.COUNT)


def _curve(kind: str, share: int) -> None:
    """The guess, or after it the curve with one sentence."""
    link = GUESSES[kind]
    guess = guessed(link, SHARES)
    found = curves.measured(kind, "probe")
    if guess is None:
        st.html(f'<div class="ll-hmask">Which share is best to learn from {NAMES[kind]}?</div>')
        label = f"I say {share}%"
        st.button(
            label, key=f"{link.key}_say", on_click=link.put, args=(str(share),), width="stretch", type="primary",
            help=f"The slider's value is your guess for {NAMES[kind]}; the measured curve appears.",
        )  # fmt: skip
    elif found is None:
        st.caption(f"There is no measured curve of {NAMES[kind]} here: {curves.COMMAND} makes it.")
    else:
        st.html(f'<p class="ll-hmtitle">{NAMES[kind].capitalize()}: {SHORT[kind]}</p>')
        spec = theme.spec(charts.small, curves.rows(found, guess, share), look_now())
        draw_chart(spec, key=f"{PREFIX}_curve_{kind}")
        st.caption(_answer(guess) + curves.said(found))


def _answer(guess: str) -> str:
    return "" if guess == NONE_WANTED else f"You said {guess}%. "


def _reading() -> None:
    """How to read the curves, and the buttons for all of them."""
    guesses = {kind: guessed(GUESSES[kind], SHARES) for kind in KINDS}
    if any(guess is None for guess in guesses.values()):
        st.html(
            '<div class="ll-hmask"><b>Guess first:</b> slide, then press. The curve of small networks, several seeds each, appears.</div>'
        )
        st.button("Just show me", key=f"{PREFIX}_show_all", on_click=_show_all, type="tertiary")
    else:
        st.caption(
            "Across: % hidden in training. **Filled** points equal the best one within the seeds; bars: 95% intervals. **Dashed:** what the paper used; **thin line:** the slider. Sounds have no "
            "curve: their act is below."
        )
    if any(guess is not None for guess in guesses.values()):
        st.button("Guess again", icon=":material/replay:", key=f"{PREFIX}_again", on_click=_forget)


def _show_all() -> None:
    for link in GUESSES.values():
        if guessed(link, SHARES) is None:
            link.put(NONE_WANTED)


def _forget() -> None:
    for link in GUESSES.values():
        link.put(None)
