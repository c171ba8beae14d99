"""What counting alone can predict, beside the model: the values that the charts draw, and the sentence that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COUNTED = {"unigram_bpc": "unigrams", "bigram_bpc": "bigrams", "trigram_bpc": "trigrams"}
_NAMES = {1: "unigrams", 2: "bigrams", 3: "trigrams"}


def counted(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Name of n-grams -> their bits a character on held-out text, as far as the record has them; the longest last."""
    found = {title: metrics[name] for name, title in COUNTED.items() if metrics.get(name) is not None}
    best = metrics.get("best_ngram_order")
    if best is not None and _grams(best) not in found:
        found[_grams(best)] = metrics["best_ngram_bpc"]
    return found


def beside(metrics: Mapping[str, Any], parameters: int) -> str:
    """Whether the model predicts held-out text better than the best counts do, as far as the interval tells; "" where the
    record is older than these figures."""
    if metrics.get("over_ngram_interval") is None:
        return ""
    low, high = metrics["over_ngram_interval"]
    model, ngram = metrics["bits_per_character"], metrics["best_ngram_bpc"]
    name = _grams(metrics["best_ngram_order"])
    if high < 0:
        claim = f"The model predicts better than counting does, by {-metrics['over_ngram_bpc']:.3f} bits per character"
    elif low > 0:
        claim = f"Counting predicts better than the model does, by {metrics['over_ngram_bpc']:.3f} bits per character"
    else:
        claim = "Counting ties with the model: the interval of their difference holds zero"
    figures = (
        f"the model leaves {model:.3f} bits per character open on held-out text, {name} {ngram:.3f} (modified Kneser–Ney, the order "
        f"of 1 to 7 that is best on validation text; the model's difference {_signed(low)} to {_signed(high)}, 95%, resampled over stretches "
        "of the text)"
    )
    return f"**{claim}**; {figures}. {_where(metrics)}{_size(metrics, parameters)}{_mixed(metrics)}"


def _where(metrics: Mapping[str, Any]) -> str:
    """After which contexts either is better: those that the text to learn from has word for word, or new ones."""
    known, new = metrics["over_ngram_known"], metrics["over_ngram_new"]
    before = metrics["best_ngram_order"] - 1
    said = [text for text in (_part(known), _part(new)) if text]
    if not before or len(said) < 2:
        return ""
    return (
        f"Where the {before} tokens before were read in this order while learning ({known['share']:.0%} of the text), {said[0]}; "
        f"elsewhere {said[1]}. "
    )


def _part(part: Mapping[str, Any]) -> str:
    if part["interval"] is None:
        return ""
    low, high = part["interval"]
    if low > 0:
        return f"counting is better by {part['bpc']:.3f}"
    return f"the model is better by {-part['bpc']:.3f}" if high < 0 else "neither is clearly better"


def _size(metrics: Mapping[str, Any], parameters: int) -> str:
    return (
        f"The counts are {metrics['best_ngram_counts'] / 1e6:.2f} million numbers, the model has {parameters / 1e6:.2f} million: a text "
        "that says so much again in the same words is easily stored. "
        if metrics["over_ngram_interval"][1] >= 0 and metrics["best_ngram_counts"] > parameters
        else ""
    )


def _mixed(metrics: Mapping[str, Any]) -> str:
    best = min(metrics["bits_per_character"], metrics["best_ngram_bpc"])
    if metrics["mixed_bpc"] >= best:
        return ""
    return f"They know different things: the mean of both probabilities leaves {metrics['mixed_bpc']:.3f}."


def _grams(order: int) -> str:
    return _NAMES.get(order, f"{order}-grams")


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
