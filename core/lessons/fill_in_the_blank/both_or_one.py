"""Act: the same blank for the masked network, for counting, and for a language model that sees the left side alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch

from core import background, lab
from core.analysis import both_sides
from core.analysis.intervals import Resampled, above, below
from core.charts import theme
from core.data.sentences import END, SPECIAL, START, sentence_text
from core.data.tokens import vocabulary
from core.experiment import get
from core.lessons.fill_in_the_blank import charts, links, stage, subject
from core.lessons.fill_in_the_blank.one_side import OneSide, blanks, candidates, starts_of
from core.lessons.fill_in_the_blank.said import nats, plain_word
from core.lessons.fill_in_the_blank.subject import Sentence, Subject
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.poll import poll, progress

ASKED = 300  # held-out blanks
TOP, CANDIDATES = 5, 160
MASKED, COUNTS, LEFT = "this network, both sides", "counting, both sides", "left-to-right model"
TOKENS = ("bpe-2048", "bpe-512", "characters")  # of the language model, the first that is there


def show(on_stage: Subject, now: Sentence) -> None:
    """The blank on the stage, asked of all three; and held-out blanks."""
    other = language_model(on_stage.record)
    if other is None:
        st.info(
            "There is no left-to-right model of this text yet: train one in the lesson *Attention*, and it stands here beside the others.",
            icon=":material/arrow_forward:",
        )
    if now.hidden:
        _one_blank(on_stage, now, other)
    else:
        st.caption("Hide a word on the stage, and its blank is asked of all of them here.")
    _held_out(on_stage, other)


def language_model(record: Record) -> Record | None:
    """The trained language model of the same text, of as large subwords as there are; None where there is none."""
    experiment = get("language_model")
    for tokens in TOKENS:
        config, _ = experiment.lenient({"data": record.config["data"], "tokens": tokens})
        view = lab.view(experiment.name, config, 0)
        if isinstance(view, lab.Ready):
            return view.record
    return None


@lab.memo(label="Counts of neighbours")
def counts(record: Record) -> both_sides.BothSides:
    """What stands beside what in the text that a network learned from, with fitted weights."""
    config = record.config
    text = sentence_text(config["data"], config["words"], config["context"])
    return both_sides.fitted(text.train.tokens, text.train.of_row, len(text.words), len(SPECIAL))


def one_side(record: Record) -> OneSide:
    """A language model, asked for whole words. Raises lab.Damaged, data.Missing."""
    return OneSide(lab.model(record), vocabulary(record.config["data"], record.config["tokens"]))


# One blank -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A blank that all are asked about. left: the sentence up to it, as it is written."""

    record: Record
    other: Record | None
    words: tuple[str, ...]
    place: int
    left: str

    @property
    def key(self) -> str:
        """Names it in the queue of the background."""
        other = "" if self.other is None else self.other.fingerprint[:16]
        return f"fill/{self.record.key}/{self.record.fingerprint[:16]}/{other}/{subject.about_of(self.words)}/{self.place}/{hash(self.left)}"


def _one_blank(on_stage: Subject, now: Sentence, other: Record | None) -> None:
    asked = Asked(on_stage.record, other, now.words, now.hidden[0], _left(now))
    found = poll(
        lambda: background.ask(asked.key, lambda report: answers(on_stage, asked)), progress("All are asked …")
    )
    if found is None:
        return
    if found.state != "done":
        st.error(found.message or "This was stopped; hide another word to begin again.", icon=":material/error:")
        return
    true = now.words[asked.place]
    parts = []
    for name, top, chance in found.value:
        most = top[0][1] if top else 1.0
        rows = [stage.row(word, p, most, word == true) for word, p in top]
        if chance is not None and true not in [word for word, _ in top]:
            rows.append(stage.row(true, chance, most, True))
        parts.append(
            f'<div><h4>{name}</h4><table class="ll-fbwords" dir="auto"><tbody>{"".join(rows)}</tbody></table></div>'
        )
    st.html(f'<div class="ll-fbthree">{"".join(parts)}</div>')
    read = " ".join(map(plain_word, asked.left.split()))
    sees = "" if other is None else (
        f" The left-to-right model reads “{read}” alone; its likeliest are those of {CANDIDATES} words that the others or the text make likely."
        if asked.place else " The left-to-right model has nothing to read before the first word."
    )  # fmt: skip
    st.caption(
        f"Word {asked.place + 1} of the stage's sentence, hidden alone. Counting knows its two neighbours.{sees}"
    )


def _left(now: Sentence) -> str:
    """The stage's sentence up to its first blank, as it is written; without signs where that cannot be told."""
    place, text = now.hidden[0], links.SAID.value()
    starts = starts_of(text, now.words)
    return " ".join(now.words[:place]) if starts is None else text[: starts[place]].rstrip()


def answers(on_stage: Subject, asked: Asked) -> list[tuple[str, list[tuple[str, float]], float | None]]:
    """Of each method: its name, its likeliest words with their probabilities, and that of the true word (None where it is unknown)."""
    known, true = on_stage.words, asked.words[asked.place]
    ids = subject.with_blanks(on_stage, asked.words, (asked.place,))
    masked = subject.among_words(subject.log_probabilities(asked.record, ids)[0]).exp().double().numpy()
    framed = np.array([START, *known.encode(asked.words), END])
    at = both_sides.around(framed, np.array([asked.place + 1]))
    counted = next(counts(asked.record).distributions(at))[0]
    found = []
    for name, p in ((MASKED, masked), (COUNTS, counted)):
        best = np.argsort(-p)[:TOP]
        number = known.index.get(true)
        found.append(
            (name, [(known.words[i], float(p[i])) for i in best], None if number is None else float(p[number]))
        )
    if asked.other is not None and asked.place:
        lists = [[known.words[i] for i in np.argsort(-p)[:CANDIDATES]] for p in (masked, counted)]
        frequent = list(known.words[len(SPECIAL) : len(SPECIAL) + CANDIDATES])
        words = candidates([[true], *lists, frequent], CANDIDATES)
        logs = one_side(asked.other).log_probabilities(asked.left, words)
        by_chance = sorted(zip(words, np.exp(logs).tolist(), strict=True), key=lambda pair: -pair[1])
        found.append((LEFT, by_chance[:TOP], float(np.exp(logs[words.index(true)]))))
    return found


# Held-out blanks -------------------------------------------------------------------------------------------------


def _held_out(on_stage: Subject, other: Record | None) -> None:
    name = "" if other is None else other.fingerprint[:16]
    key = f"fill/held-out/{on_stage.record.key}/{on_stage.record.fingerprint[:16]}/{name}"
    found = poll(
        lambda: background.ask(key, lambda report: held_out(on_stage, other, report)),
        progress("Held-out blanks are asked …"),
    )
    if found is None:
        return
    if found.state != "done":
        st.error(found.message or "This was stopped; open the lesson again.", icon=":material/error:")
        return
    logs: dict[str, np.ndarray] = found.value
    if not len(logs[MASKED]):
        st.info("The held-out text has no sentence of the kind that is asked here.", icon=":material/quiz:")
        return
    said = headline(logs)
    st.subheader(said[:1].upper() + said[1:], anchor=False)
    draw_chart(theme.spec(charts.methods, rows(logs), look_now()), key=f"{links.PREFIX}_methods")
    st.caption(
        f"{len(logs[MASKED])} words of as many held-out sentences, none of which any of the methods learned from. The left-to-right model reads the "
        "sentence as it is printed, with commas and capitals, up to the blank; the other two read words alone. Its probability of a word is "
        "the product over the word's pieces, summed over lower case and capitals, given that a word comes next. Lines: 95% intervals "
        "by resampling the sentences, for one training of each network."
    )


def held_out(on_stage: Subject, other: Record | None, report: background.Progress) -> dict[str, np.ndarray]:
    """log p of the true word at held-out blanks, (B,) of each method."""
    known, config = on_stage.words, on_stage.record.config
    asked = [one for one in blanks(config["data"], known, ASKED) if len(one.words) <= config["context"] - 2]
    report(0, len(asked))
    ours = []
    for one in asked:
        row = subject.log_probabilities(on_stage.record, subject.with_blanks(on_stage, one.words, (one.place,)))[0]
        ours.append(float(subject.among_words(row)[known.index[one.words[one.place]]]))
    ids = [np.array([START, *known.encode(one.words), END]) for one in asked]
    tokens = np.concatenate(ids) if ids else np.zeros(0, np.int64)
    starts = np.cumsum([0, *map(len, ids)])[:-1]
    at = np.array([start + one.place + 1 for start, one in zip(starts, asked, strict=True)], np.int64)
    found = {MASKED: np.array(ours), COUNTS: -counts(on_stage.record).losses(both_sides.around(tokens, at))}
    if other is not None:
        said: list[float] = []
        for some in one_side(other).pairs([(one.left, one.words[one.place]) for one in asked]):
            said += some
            report(len(said), len(asked))
        found[LEFT] = np.array(said)
    return found


def rows(logs: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One row a method: mean nats of the true word, with its interval."""
    seen = Resampled(len(logs[MASKED]))
    found = []
    for name, values in logs.items():
        low, high = seen.interval(seen.means(torch.from_numpy(-values)))
        mean = -float(values.mean())
        found.append(
            {"method": name, "nats": mean, "low": low, "high": high, "said": f"{mean:.2f}", "ours": name == MASKED}
        )
    return found


def headline(logs: dict[str, np.ndarray]) -> str:
    """What the side that is missing costs, and how counting compares, as far as the intervals say."""
    return "; ".join(_against(logs, other) for other in (LEFT, COUNTS) if other in logs)


def _against(logs: dict[str, np.ndarray], other: str) -> str:
    """The mean difference of log p of the true words, with its interval."""
    difference = logs[MASKED] - logs[other]
    seen = Resampled(len(difference))
    interval = seen.interval(seen.means(torch.from_numpy(difference)))
    mean, (low, high) = float(difference.mean()), interval
    name = f"the {other}" if other == LEFT else "counting both sides"
    if above(interval):
        return f"the network gives true words {mean:.2f} nats more than {name} ({low:.2f} to {high:.2f})"
    if below(interval):
        return f"{name} gives true words {-mean:.2f} nats more than the network ({-high:.2f} to {-low:.2f})"
    return f"no certain difference between the network and {name}: {nats(mean)} nats ({nats(low)} to {nats(high)})"
