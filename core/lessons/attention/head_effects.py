"""What does a head do? A switchboard for all heads, and what the model makes of held-out text and of the sentence without some."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core import background
from core.analysis.heads import LABELLED, distance, entropy, label
from core.analysis.reading import Reading
from core.charts import theme
from core.lessons.attention import charts_heads as charts
from core.lessons.attention import effects
from core.lessons.attention.charts_heads import signed
from core.lessons.attention.effects import Head
from core.lessons.attention.stage import SHORT, scored
from core.lessons.attention.subject import Subject, chosen_off, switch_off
from core.ui.bars import Bar, bars
from core.ui.look import look_now
from core.ui.poll import poll, progress, together
from core.ui.tokens import visible
from core.ui.words import plain

PILLS_A_ROW = 24  # of the switchboard: more would not fit side by side
COUNTED = {"unigram_bpc": "unigrams", "bigram_bpc": "bigrams", "trigram_bpc": "trigrams"}
Scores = Mapping[str, list[list[float]]]
_STYLE = """
<style>
.ll-tokens { display: flex; flex-wrap: wrap; gap: .35rem; margin: .2rem 0; }
.ll-tokens > div { margin: 0; padding: .1rem .45rem; border-radius: .35rem; text-align: center; max-width: 100%;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.ll-tokens bdi { display: block; white-space: pre; overflow: hidden; text-overflow: ellipsis; max-width: 12rem; font-weight: 600; }
.ll-tokens span { font-variant-numeric: tabular-nums; white-space: nowrap; font-size: 1rem; }
.ll-tokens .down { background: color-mix(in srgb, #D55E00 calc(var(--by) * 45%), transparent); border-style: dashed; }
.ll-tokens .up { background: color-mix(in srgb, #0072B2 calc(var(--by) * 45%), transparent); }
</style>
"""


def section(subject: Subject, text: str) -> None:
    """The whole part. The switchboard stands outside of the fragment: the stage above follows it."""
    st.header("What does a head do?", anchor=False)
    if not subject.pieces(text).ids:
        st.info("Write a sentence above: heads are looked at with one.", icon=":material/edit:")
        return
    scores = scored(subject, subject.reading(text))
    _switchboard(subject, scores)
    _measured(subject, text, scores)


@st.fragment
def _measured(subject: Subject, text: str, scores: Scores) -> None:
    """All that does not change the stage."""
    if subject.causal:
        _each(subject)
        _held_out(subject)
        _sentence(subject, text)
    else:
        _encoded(subject, text)
    with st.expander("All heads in numbers", icon=":material/table_rows:"):
        _table(subject, text, scores)


def name(head: Head) -> str:
    """Layer and head as a person counts them: "1.2"."""
    return f"{head[0] + 1}.{head[1] + 1}"


# The switchboard -------------------------------------------------------------------------------------------------


def _switchboard(subject: Subject, scores: Scores) -> None:
    """One pill a head, lit where it is on, and buttons for groups of heads."""
    prefix, layers, heads = subject.prefix, subject.layers, subject.heads
    st.caption("A lit head is on. Switch some off: the stage above and all that stands below follow.")
    a_row = min(layers, max(1, min(4, PILLS_A_ROW // heads)))
    for first in range(0, layers, a_row):
        for layer, column in zip(range(first, min(first + a_row, layers)), st.columns(a_row), strict=False):
            key = f"{prefix}_lit{layer + 1}"
            st.session_state[key] = [head + 1 for head in range(heads) if (layer, head) not in subject.off]
            with column:
                st.pills(
                    f"Layer {layer + 1}", range(1, heads + 1), selection_mode="multi", wrap=True, key=key,
                    on_change=_flipped, args=(prefix, layer, layers, heads),
                )  # fmt: skip
    groups = {f"Layer {layer + 1}": tuple((layer, head) for head in range(heads)) for layer in range(layers)}
    kinds = {kind: effects.of_kind(scores, kind) for kind in scores}
    groups |= {f"{SHORT[kind].capitalize()} heads ({len(some)})": some for kind, some in kinds.items() if some}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("All on", icon=":material/toggle_on:", key=f"{prefix}_all_on", on_click=switch_off, args=(prefix, ()))
        everything = tuple((layer, head) for layer in range(layers) for head in range(heads))
        st.button(
            "Swap on and off", icon=":material/swap_horiz:", key=f"{prefix}_swap", on_click=switch_off,
            args=(prefix, tuple(head for head in everything if head not in subject.off)),
            help="What is on goes off, and what is off goes on: so a group that you switched off is all that is left.",
        )  # fmt: skip
        with st.popover("Switch a group off", icon=":material/toggle_off:"):
            for i, (title, group) in enumerate(groups.items()):
                st.button(
                    title, key=f"{prefix}_group{i}", on_click=_also_off, args=(prefix, group, layers, heads),
                    type="tertiary",
                )  # fmt: skip
    if subject.off:
        many = len(subject.off)
        listed = ", ".join(map(name, subject.off[:24])) + (f" and {many - 24} more" if many > 24 else "")
        st.markdown(f"**Off:** {listed} (layer.head), {many} of {layers * heads} heads.")
    else:
        st.markdown("**Off:** none.")


def _flipped(prefix: str, layer: int, layers: int, heads: int) -> None:
    """The pills of one layer changed."""
    lit = st.session_state[f"{prefix}_lit{layer + 1}"] or ()
    others = [head for head in chosen_off(prefix, layers, heads) if head[0] != layer]
    switch_off(prefix, (*others, *((layer, head) for head in range(heads) if head + 1 not in lit)))


def _also_off(prefix: str, group: tuple[Head, ...], layers: int, heads: int) -> None:
    switch_off(prefix, tuple(sorted({*chosen_off(prefix, layers, heads), *group})))


# Held-out text ---------------------------------------------------------------------------------------------------


def _each(subject: Subject) -> None:
    """What the loss does without each head of the finished model, under what that says of the best previous-token head."""
    metrics = subject.record.metrics
    found = effects.verdict(metrics)
    if found is None:
        st.info("The record of this training has no effects of single heads: train it again.", icon=":material/info:")
        return
    st.subheader(_claim(found), anchor=False)
    of_each, scores = effects.effects_of(metrics), metrics["head_scores"]
    rows = [
        {
            "head": name(at), "kind": SHORT.get(_kind(scores, at), ""), "effect": effect,
            "best": at == found.head, "off": at in subject.off,
        }
        for at, effect in of_each.items()
    ]  # fmt: skip
    st.vega_lite_chart(
        theme.spec(charts.effects, rows, look_now()), width="stretch", theme=None,
        key=f"{subject.prefix}_effects_chart",
    )  # fmt: skip
    st.caption(
        ("Measured on the finished model, not at the age that is shown. " if subject.age is not None else "")
        + f"One head off at a time. {_how_often(of_each)} A head has a name where that kind has at least {LABELLED:.0%} of its weight. "
        "A small rise does not say that a head does nothing: others may stand in for it."
    )


def _claim(found: effects.PreviousVerdict) -> str:
    """Which of the two raises the loss more, whichever way it came out."""
    which = (
        "the best previous-token head"
        if found.clear
        else f"the nearest to a previous-token head (score {found.score:.2f}; none reaches {LABELLED})"
    )
    verb = "raises" if found.effect >= 0 else "lowers"
    beside = "more than" if found.more else "no more than"
    return (
        f"Measured: switching off head {name(found.head)}, {which}, {verb} the loss by {signed(abs(found.effect))[1:]} bits "
        f"per character, {beside} the median head ({signed(found.median)})"
    )


def _how_often(of_each: Mapping[Head, float]) -> str:
    falls = sum(effect < 0 for effect in of_each.values())
    if not falls:
        return "Without any single one of them the loss rises."
    return f"Without {falls} of the {len(of_each)} the loss falls a little: on this text they do more harm than good."


def _kind(scores: Scores, at: Head) -> str | None:
    return label({kind: scores[kind][at[0]][at[1]] for kind in scores if kind in SHORT})


def _held_out(subject: Subject) -> None:
    """The loss on held-out text with the heads as they are now, beside that of the whole model and of counting."""
    st.subheader("Held-out text without the heads that are off", anchor=False)
    if not subject.off:
        st.caption("All heads are on: switch one off above, and its loss on held-out text is measured here.")
        return
    whole = replace(subject, off=())
    works = poll(together(_asked(whole), _asked(subject)), progress("The model reads the held-out text once more…"))
    if works is None:
        return
    if works.failure is not None:
        st.error(works.failure, icon=":material/error:")
        return
    before, after = (view.value for view in works.views)
    metrics = subject.record.metrics
    left, right = st.columns(2, gap="large")
    with left:
        rows = [Bar("these heads off", after, True), Bar("all heads on", before)]
        rows += [Bar(title, metrics[key]) for key, title in reversed(COUNTED.items()) if metrics.get(key) is not None]
        bars(rows)
        st.caption("Bits per character: how much the model has still to be told. Lower is better.")
    with right:
        st.markdown(
            f"Without {_these(subject)} the loss is **{after:.3f}** bits per character; with all heads on it is "
            f"**{before:.3f}**: {signed(after - before)}."
        )
        if len(subject.off) > 1:
            st.markdown(_redundancy(subject, after - before))


def _these(subject: Subject) -> str:
    many = len(subject.off)
    return f"head {name(subject.off[0])}" if many == 1 else f"these {many} heads"


def _redundancy(subject: Subject, joint: float) -> str:
    """What heads cost together, beside the sum of what each of them costs by itself."""
    single = effects.effects_of(subject.record.metrics)
    if subject.age is not None or any(head not in single for head in subject.off):
        return "What each of them costs by itself was measured for the finished model alone, so at this age there is no sum to compare with."
    total, how = effects.together(joint, (single[head] for head in subject.off))
    figures = f"Together they change it by **{signed(joint)}**; the changes by each of them alone add up to **{signed(total)}**"
    meaning = {
        "more": "Together they matter more than one by one: while one is off, the others seem to do its work (they are redundant).",
        "alike": "That is about the same: they seem to do different work, each without the others.",
        "less": "Together they matter less than one by one: what is lost seems to be lost only once, as when one head needs another.",
    }
    return f"{figures}. {meaning[how]}"


def _asked(subject: Subject) -> Any:
    """Asks the background for the held-out loss with the heads of this subject."""
    config, model, on = subject.record.config, subject.model, subject.heads_on
    off = "-".join(map(name, subject.off))

    def measured(progress: background.Progress) -> float:
        return effects.held_out_bits(model, config["data"], config["tokens"], on, progress)

    return lambda: background.ask(f"heads_off/{subject.name}/{off}", measured)


# This sentence ---------------------------------------------------------------------------------------------------


def _readings(subject: Subject, text: str) -> tuple[Reading, Reading]:
    """The sentence with all heads on, and with the heads as they are now."""
    return replace(subject, off=()).reading(text), subject.reading(text)


def _sentence(subject: Subject, text: str) -> None:
    """Each token's probability with and without the heads that are off, and the guess at the end."""
    st.subheader("Your sentence without them", anchor=False)
    whole, now = _readings(subject, text)
    found = effects.on_sentence(whole, now)
    before, after = (_token(subject, top) for top in (found.top_before, found.top_after))
    if not subject.off:
        cost = (
            f" The {len(found.guesses)} tokens after the first cost {found.bits_before:.1f} bits."
            if found.guesses
            else ""
        )
        st.markdown(f"All heads are on.{cost} After the last token the likeliest one is {before}.")
        return
    cost = ""
    if found.guesses:
        cost = (
            f"The {len(found.guesses)} tokens after the first cost **{found.bits_after:.1f} bits** without {_these(subject)} and "
            f"**{found.bits_before:.1f}** with all heads on. "
        )
    same = found.top_before[0] == found.top_after[0]
    st.markdown(
        f"{cost}After the last token the likeliest one "
        + (f"stays {before}; now {found.top_after[1]:.1%}." if same else f"was {before} and is now {after}.")
    )
    if found.guesses:
        _tokens(
            [
                (now.pieces.texts[guess.place], guess.after - guess.before, f"{_percent(guess.before)} → {_percent(guess.after)}")
                for guess in found.guesses
            ]
        )  # fmt: skip
        st.caption(
            "Under each token the probability that the model gave it, with all heads on → now. Blue gained, orange with a dashed "
            "frame lost; the stronger, the more. The first token has nothing before it to be guessed from."
        )


def _encoded(subject: Subject, text: str) -> None:
    """What an encoder's embedding of the sentence has lost."""
    st.subheader("Your sentence without the heads that are off", anchor=False)
    st.markdown(
        f"{plain(subject.title)} was not trained to guess the next token, so no held-out loss says what a head is good for. What can be seen "
        "is how far the embedding of your sentence, and the last hidden state of each token, turn away from those of the whole model."
    )
    if not subject.off:
        st.caption("All heads are on: switch one off above.")
        return
    whole, now = _readings(subject, text)
    found = effects.on_embedding(whole, now)
    st.markdown(
        f"Without {_these(subject)} the sentence embedding has cosine **{found.embedding:.3f}** with the whole model's."
    )
    _tokens(
        [(token, cosine - 1, f"{cosine:.2f}".replace("-", "−")) for token, cosine in zip(now.pieces.texts, found.tokens, strict=True)]
    )  # fmt: skip
    least = min(range(len(found.tokens)), key=found.tokens.__getitem__)
    st.caption(
        "Under each token the cosine of its last hidden state with the whole model's: 1 is the same direction. The one that turned "
        f"farthest is “{plain(visible(now.pieces.texts[least]))}”."
    )


def _token(subject: Subject, top: tuple[int, float]) -> str:
    """A token of the vocabulary in Markdown, with its probability."""
    return f"“**{plain(visible(subject.words.name(top[0])))}**” ({top[1]:.1%})"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.0995 else f"{share:.1%}" if share >= 0.0005 else "<0.1%"


def _tokens(rows: list[tuple[str, float, str]]) -> None:
    """Tokens in a line that wraps: each with a figure under it, tinted by a change from -1 to 1."""
    cells = []
    for token, change, figure in rows:
        way = "up" if change > 0.005 else "down" if change < -0.005 else ""
        by = min(1.0, abs(change)) ** 0.5  # else a loss of 5 % could not be seen
        cells.append(
            f'<div role="listitem" class="{way}" style="--by:{by:.2f}"><bdi>{html.escape(visible(token))}</bdi><span>{html.escape(figure)}</span></div>'
        )
    st.html(f'{_STYLE}<div role="list" class="ll-tokens">{"".join(cells)}</div>')


# The table -------------------------------------------------------------------------------------------------------


def _table(subject: Subject, text: str, scores: Scores) -> None:
    """Every head: its kind, the shares of its weight, how widely and how far it looks, and its effect where it is known."""
    spread, far = _widths(subject, text)
    single = effects.effects_of(subject.record.metrics) if subject.causal and subject.age is None else {}
    rows = []
    for layer in range(subject.layers):
        for head in range(subject.heads):
            row = {"head": name((layer, head)), "on": "off" if (layer, head) in subject.off else "on"}
            row["kind"] = SHORT.get(_kind(scores, (layer, head)), "–")
            row |= {SHORT[kind]: scores[kind][layer][head] for kind in scores if kind in SHORT}
            row |= {"entropy": spread[layer][head], "distance": far[layer][head]}
            if single:
                row["effect"] = single.get((layer, head))
            rows.append(row)
    share = {
        SHORT[kind]: st.column_config.ProgressColumn(SHORT[kind], min_value=0.0, max_value=1.0, format="%.2f")
        for kind in scores
        if kind in SHORT
    }
    st.dataframe(
        rows, hide_index=True, width="stretch", key=f"{subject.prefix}_heads_table",
        column_config=share | {
            "entropy": st.column_config.NumberColumn("entropy (bits)", format="%.2f"),
            "distance": st.column_config.NumberColumn("mean distance (tokens)", format="%.1f"),
            "effect": st.column_config.NumberColumn("rise without it (bits/char.)", format="%+.4f"),
        },
    )  # fmt: skip
    st.caption(
        f"{'Mean on held-out text' if subject.causal else 'Of this sentence'}: the share of a head's weight that lies on the "
        "token before, the first token and so on (over the tokens that have such a place), the entropy of its weights, and how far it looks."
    )


def _widths(subject: Subject, text: str) -> tuple[list[list[float]], list[list[float]]]:
    """Entropy in bits and mean distance in tokens of each head, measured on what its scores are measured on."""
    if not subject.causal:
        weights = subject.reading(text).weights
        return entropy(weights).tolist(), distance(weights).tolist()
    metrics = subject.record.metrics
    scores = metrics["head_scores"]
    if subject.age is not None:
        scores = {row["step"]: row["head_scores"] for row in metrics["ages"]}.get(subject.age, scores)
    return scores["entropy"], scores["distance"]
