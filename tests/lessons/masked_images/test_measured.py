"""What "Masked images" says of its measurements, from numbers that are made up here."""

from __future__ import annotations

import pytest

from core.analysis.intervals import UNKNOWN
from core.analysis.probes import PROTOCOL
from core.lessons.masked_images import measured


def found(*over_neighbour: list[float], **changed: object) -> dict[str, object]:
    ratios = (0.25, 0.75, 0.98)
    rows = [
        {"ratio": ratio, "model": 0.02, "mean": 0.1, "neighbour": 0.04, "over_neighbour": interval}
        for ratio, interval in zip(ratios, over_neighbour or [[0.4, 0.6]] * 3, strict=True)
    ]
    return {
        "by_ratio": rows, "masked_mse": 0.02, "neighbour_fill_mse": 0.04, "held_out": 10_000, "probe_labels": 4_000,
        "probe_validation": 2_000, "probe_accuracy": 0.831, "probe_accuracy_raw": 0.817, "probe_interval": [0.0075, 0.0205],
        "knn_accuracy": 0.79, "knn_accuracy_raw": 0.805, "knn_interval": [-0.021, -0.008],
    } | changed  # fmt: skip


def test_the_network_beats_the_fill_only_where_the_interval_excludes_a_tie():
    assert "at every ratio measured" in measured.hidden_verdict(found())
    mixed = measured.hidden_verdict(found([1.1, 1.3], [0.4, 0.6], [0.98, 1.01]))
    assert "**0.50 ×** (95% interval 0.40 to 0.60 ×)" in mixed
    assert (
        "beats that fill at 75% hidden. At 25% it is worse" in mixed
        and "At the other ratios the interval holds a tie" in mixed
    )
    assert "beats that fill nowhere" in measured.hidden_verdict(found(*[[1.1, 1.3]] * 3))


def test_a_probe_gains_loses_or_neither_as_the_interval_says():
    said = measured.probe_verdict(found())
    assert "a linear probe of the frozen encoder gains **1.4 points** (95% interval 0.8 to 2.1)" in said
    assert "a vote of nearest neighbours loses **1.5 points** (95% interval 0.8 to 2.1)" in said
    alike = measured.probe_verdict(found(probe_interval=[-0.001, 0.02], knn_interval=[0.0, 0.02]))
    assert alike.count("neither gains nor loses for certain") == 2


@pytest.mark.parametrize("missing", ["probe_interval", "over_neighbour"])
def test_a_record_of_an_older_version_says_so(missing):
    older = found()
    older.pop(missing, None)
    for row in older["by_ratio"]:
        row.pop(missing, None)
    assert UNKNOWN in (measured.probe_verdict(older), measured.hidden_verdict(older))


def test_the_protocol_is_named_with_its_labels_and_what_was_chosen_on_held_out_pictures():
    said = measured.protocol(found())
    assert said.startswith(PROTOCOL) and "4,000 labels to learn from, 2,000 to choose on, 10,000 held-out" in said
    assert "chosen on 1,000 to 2,000 of those held-out pictures" in said
