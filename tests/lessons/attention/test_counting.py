"""The sentence on what counting alone can predict follows from the record's numbers, whichever way they came out."""

from __future__ import annotations

import pytest

from core.lessons.attention.counting import beside, counted

TIE = {
    "bits_per_character": 1.3023, "unigram_bpc": 3.1554, "bigram_bpc": 2.0554, "trigram_bpc": 1.5207,
    "best_ngram_bpc": 1.3005, "best_ngram_order": 7, "best_ngram_counts": 3_953_579,
    "over_ngram_bpc": 0.0018, "over_ngram_interval": [-0.013, 0.018],
    "over_ngram_known": {"share": 0.39, "bpc": 0.074, "interval": [0.06, 0.09]},
    "over_ngram_new": {"share": 0.61, "bpc": -0.044, "interval": [-0.05, -0.03]},
    "mixed_bpc": 1.208,
}  # fmt: skip
PARAMETERS = 509_504


def test_a_tie_is_called_a_tie_and_the_reason_is_in_numbers():
    said = beside(TIE, PARAMETERS)
    assert said.startswith("**Counting ties with the model")
    for figure in (
        "1.302 bits",
        "7-grams 1.300",
        "−0.013 to +0.018",
        "39%",
        "3.95 million",
        "0.51 million",
        "leaves 1.208",
    ):
        assert figure in said
    assert (
        "6 tokens before were read in this order while learning (39% of the text), counting is better by 0.074" in said
    )
    assert "elsewhere the model is better by 0.044" in said


@pytest.mark.parametrize(
    ("difference", "interval", "claim"),
    [
        (-0.1, [-0.12, -0.08], "The model predicts better than counting does, by 0.100 bits per character"),
        (0.1, [0.08, 0.12], "Counting predicts better than the model does, by 0.100 bits per character"),
        (-0.01, [-0.03, 0.01], "Counting ties with the model: the interval of their difference holds zero"),
        (0.0, [0.0, 0.0], "Counting ties with the model: the interval of their difference holds zero"),
    ],
)
def test_better_is_said_only_where_the_interval_excludes_zero(difference, interval, claim):
    said = beside(TIE | {"over_ngram_bpc": difference, "over_ngram_interval": interval}, PARAMETERS)
    assert said.startswith(f"**{claim}**")
    assert ("million numbers" in said) == (interval[1] >= 0), "a reason for what is not so is not given"


def test_parts_that_do_not_differ_or_do_not_exist():
    unclear = {"share": 0.4, "bpc": 0.01, "interval": [-0.01, 0.02]}
    assert "neither is clearly better" in beside(TIE | {"over_ngram_known": unclear}, PARAMETERS)
    empty = {"share": 0.0, "bpc": None, "interval": None}
    for changed in ({"over_ngram_known": empty}, {"over_ngram_new": empty}, {"best_ngram_order": 1}):
        assert "were read in this order" not in beside(TIE | changed, PARAMETERS)
    assert "different things" not in beside(TIE | {"mixed_bpc": 1.31}, PARAMETERS)


def test_older_records_say_nothing_and_nothing_stands_twice():
    old = {name: TIE[name] for name in ("bits_per_character", "unigram_bpc", "bigram_bpc", "trigram_bpc")}
    assert beside(old, PARAMETERS) == ""
    assert list(counted(old)) == ["unigrams", "bigrams", "trigrams"]
    assert counted(TIE) == counted(old) | {"7-grams": 1.3005}
    assert list(counted(TIE | {"best_ngram_order": 2})) == ["unigrams", "bigrams", "trigrams"]
