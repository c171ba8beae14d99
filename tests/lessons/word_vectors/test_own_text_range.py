"""The shortest own texts that the form takes: they train, and every act of the lesson is drawn."""

from __future__ import annotations

import random

import pytest
import torch

from core.data import texts
from core.data.read_text import LEAST_BYTES, LEAST_DIFFERENT, LEAST_WORDS, read_pasted
from core.experiment import get
from core.store import paths
from core.training import drive
from tests.helpers.pages import fine, open_page, words

pytestmark = pytest.mark.usefixtures("lab_cache")
SMALL = {"epochs": "1", "dimension": "10"}
DIFFERENT = [
    a + b
    for a in ("ka", "mo", "ri", "su", "te")
    for b in ("ban", "dor", "fin", "gul", "hes", "jat", "kem", "lop", "nim", "pox")
]


@pytest.mark.parametrize("passages", [1, LEAST_WORDS // 10])
def test_the_shortest_text_trains_and_every_act_is_drawn(passages):
    draw = random.Random(passages)
    each = LEAST_WORDS // passages
    text = "\n\n".join(" ".join(draw.choice(DIFFERENT) for _ in range(each)) + "." for _ in range(passages))
    assert len(DIFFERENT) == LEAST_DIFFERENT and LEAST_BYTES <= len(text.encode()) < 1.5 * LEAST_BYTES
    config = get("word2vec").strict({"data": texts.keep(read_pasted(text)), **SMALL})
    finished = drive.run(get("word2vec"), config, 0, torch.device("cpu"), lambda event: None, lambda: False)
    drive.store(finished, paths.models_dir())
    query = {f"wv_{knob}": value for knob, value in SMALL.items()}
    at = fine(open_page("word_vectors", wv_from="own", wv_text=config.data, **query))
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{finished.record.key}</code>" in words(at)
    for heading in ("Is it true?", "See it", "What is a cosine made of?", "Try this"):
        assert heading in {header.value for header in at.header}
