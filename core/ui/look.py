"""The look that a theme file cannot say: widths, large pictures, presenter mode."""

from __future__ import annotations

import streamlit as st

from core.charts import theme

PRESENT = "present"  # a session key, and the parameter in the URL

_BASE = """
<style>
.block-container { max-width: 84rem; padding-top: 3.2rem; padding-bottom: 4rem; }
h1 { padding-bottom: .1rem; }
/* While a page runs, Streamlit fades what stands there still. What a gesture changes comes within moments; fading it would flicker,
   and a browser takes longer over it than over the answer. What takes long says so itself. */
.stElementContainer[data-stale="true"] { opacity: 1 !important; transition: none !important; }
[data-testid="stCaptionContainer"] p { font-size: 1rem; }
.ll-question { font-size: 1.3rem; line-height: 1.45; max-width: 46rem; margin: 0 0 .3rem; }
dl.ll-bars { padding: 0; } .ll-bars dd, .ll-bars dt { margin-inline: 0; }
.ll-bars { display: grid; grid-template-columns: max-content 1fr; gap: .45rem .9rem; align-items: center; margin: 0; }
.ll-bars dt { text-align: right; font-size: 1rem; }
.ll-bars dd { margin: 0; display: flex; align-items: center; gap: .6rem; min-width: 0; }
.ll-bars i { display: block; height: 1.15rem; border-radius: 0 .3rem .3rem 0; background: var(--ll-stone); min-width: 2px; }
.ll-bars .ours, .ll-bars .ours + dd { font-weight: 600; }
.ll-bars span { font-variant-numeric: tabular-nums; white-space: nowrap; }
.ll-gallery { display: grid; grid-template-columns: max-content 1fr; gap: .3rem .9rem; align-items: center; margin: 0; padding: 0; }
.ll-gallery dt { text-align: right; font-size: 1rem; line-height: 1.25; margin: 0; }
.ll-gallery dt small { display: block; font-size: .9rem; opacity: .8; font-variant-numeric: tabular-nums; }
.ll-gallery dd { margin: 0; min-width: 0; border: 3px solid transparent; border-radius: .4rem; }
.ll-gallery dd.ours { border-color: var(--ll-ours); } .ll-gallery dt.ours { font-weight: 600; }
.ll-gallery img { width: 100%; display: block; image-rendering: pixelated; border-radius: .2rem; }
.ll-big, .ll-strip { width: 100%; display: block; image-rendering: pixelated; border-radius: .4rem; }
.ll-big { max-width: 22rem; }
.ll-code { display: flex; height: 7rem; gap: 1px; border-radius: .4rem; max-width: 60rem;
  background: linear-gradient(var(--ll-stone), var(--ll-stone)) center / 100% 1px no-repeat; }
.ll-code span { flex: 1; position: relative; max-width: 3rem; }
.ll-code i { position: absolute; left: 8%; right: 8%; background: var(--ll-ours); }
.ll-pair { display: grid; grid-template-columns: repeat(3, minmax(5rem, 10rem)); gap: .6rem 1rem; align-items: end; }
.ll-pair figure, .ll-map { margin: 0; } .ll-pair figcaption { font-size: 1rem; margin-top: .25rem; } .ll-pair p { margin: 0; line-height: 1.5; grid-column: 1 / -1; }
.ll-pair img { width: 100%; display: block; image-rendering: pixelated; border-radius: .3rem; border: 3px solid transparent; }
.ll-pair .ours img { border-color: var(--ll-ours); } .ll-pair + .ll-strip { margin-top: .9rem; }
.ll-map img { width: 100%; max-width: 28rem; display: block; } .ll-map figcaption { font-size: 1rem; }
.ll-matrix { overflow-x: auto; } .ll-matrix table { border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums; }
.ll-matrix td, .ll-matrix th { padding: 0; text-align: center; font-size: .95rem; font-weight: 400; white-space: nowrap; }
.ll-matrix td { min-width: 2.1rem; height: 2.1rem; border-radius: .2rem; border: 2px solid transparent; }
.ll-matrix td.pair { border-color: var(--ll-ours); font-weight: 700; } .ll-matrix td.self { opacity: .85; } .ll-matrix td.loss { font-weight: 600; padding-left: .5rem; }
.ll-matrix img { width: 2.1rem; height: 2.1rem; display: block; image-rendering: pixelated; border-radius: .2rem; }
.ll-matrix.wide td { min-width: 7rem; height: 3.6rem; font-size: 1.15rem; } .ll-matrix.wide th { padding: .2rem .7rem; } .ll-matrix caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
.ll-matrix td.missing { font-size: 1rem; border: 2px dashed var(--ll-stone); }
.ll-about p { margin: .7rem 0 .25rem; } .ll-about .ll-big { max-width: 9rem; }
.ll-card { width: 100%; display: block; border-radius: .5rem; image-rendering: pixelated; }
.ll-words { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .7rem; margin: 0; padding: .6rem .7rem;
  border-radius: .5rem; background: color-mix(in srgb, currentColor 6%, transparent); }
dl.ll-words { padding: .6rem .7rem; font-size: .95rem; } .ll-words dd, .ll-words dt { margin-inline: 0; }
.ll-words dt { font-weight: 600; } .ll-words dd { min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.ll-sample { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--ll-ours); padding-left: .8rem; margin: 0 0 .6rem; }
.ll-facts { font-size: 1rem; line-height: 1.6; margin: 0; }
.ll-facts b { font-weight: 600; }
:root { --ll-stone: color-mix(in srgb, currentColor 30%, transparent); }
@media (max-width: 640px) {
  .block-container { padding: 3.4rem .9rem 3rem; }
  .ll-question { font-size: 1.1rem; }
  h1 { font-size: 1.8rem !important; }
  .ll-bars { grid-template-columns: 1fr; gap: .1rem; }
  .ll-bars dt { text-align: left; margin-top: .35rem; }
  .ll-pair { grid-template-columns: repeat(3, 1fr); }
  .ll-gallery { gap: .25rem .5rem; }
  .ll-gallery dt { font-size: .9rem; max-width: 5.5rem; }
}
</style>
"""
_PRESENTING = """
<style>
html { font-size: 22px !important; }
.block-container { max-width: 100rem; }
[data-testid="stHeader"], footer { background: transparent; }
</style>
"""


# The accent is too weak as text on the dark ground, and Streamlit's captions are too weak on both.
_INK = """
<style>
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: {quiet}; opacity: 1; }
[data-testid="stCode"] .token { color: inherit !important; } /* the highlighter's colours are too weak on both grounds */
[data-testid="stSliderThumbValue"], [role="radio"][aria-checked="true"] p,
[data-variant="pills"][aria-pressed="true"] p { color: {accent} !important; }
.ll-bars .ours i { background: {bar}; }
:root { --ll-ours: {bar}; --ll-ground: {ground}; --ll-below: #D55E00; }
</style>
"""


def apply() -> None:
    """Put the style on the page; presenter mode enlarges all type."""
    name = "dark" if st.context.theme.type == "dark" else "light"
    ink = theme.DARK if name == "dark" else theme.LIGHT
    ground = st.get_option(f"theme.{name}.backgroundColor") or "Canvas"
    st.html(_BASE)
    style = _INK.replace("{quiet}", ink.quiet).replace("{accent}", ink.link).replace("{bar}", ink.ours)
    st.html(style.replace("{ground}", ground))
    if presenting():
        st.html(_PRESENTING)


def presenting() -> bool:
    """Whether presenter mode is on: for this session, or asked for by the URL."""
    if PRESENT not in st.session_state:
        st.session_state[PRESENT] = st.query_params.get(PRESENT) == "1"
    return bool(st.session_state[PRESENT])


def present(on: bool) -> None:
    st.session_state[PRESENT] = on
    if on:
        st.query_params[PRESENT] = "1"
    else:
        st.query_params.pop(PRESENT, None)


def look_now() -> theme.Look:
    return theme.look(dark=st.context.theme.type == "dark", presenting=presenting())
