"""What the lessons on auto-encoders promise alike, asked of one of them: links, Reset, and what is missing or broken.

Each takes the page's slug, the prefix of its keys, and where it matters the experiment that its default model belongs to.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from core import lab
from core.data.read_picture import pack
from core.experiment import get
from core.store import artefacts, paths
from tests.helpers.pages import DAMAGES, buttons, component, fine, open_page, press, words
from tests.helpers.pictures import drawing, message, on_pad, pad_pixels, trained


def a_broken_drawing_is_none(slug: str, prefix: str, **query: str) -> None:
    """A link keeps a drawing, and one that is damaged is passed over."""
    fresh = component(at := fine(open_page(slug, **query)), f"{prefix}_pad")
    at.session_state[f"{prefix}_pad"] = message(drawing(), fresh)
    link = fine(at.run()).query_params[f"{prefix}_drawn"]
    name, dot, packed = link.partition(".")
    whole = component(fine(open_page(slug, **query, **{f"{prefix}_drawn": link})), f"{prefix}_pad")
    assert np.array_equal(pad_pixels(whole), drawing())
    large = pack(drawing(32, 3))
    broken = (name, name + dot, packed, link[:-9], dot + packed, f"{name}.{large}", f"{name}.%%", f"00000000.{packed}")
    for text in (*broken, link * 99):
        at = fine(open_page(slug, **query, **{f"{prefix}_drawn": text}))
        assert on_pad(component(at, f"{prefix}_pad")) == on_pad(fresh), text
        assert f"{prefix}_drawn" not in at.query_params or len(text) > 6000
        of_another = text.startswith("00000000.")  # picture: that one was left, and its drawing with it
        assert len(at.info) == (0 if of_another else 1) and not at.error, text


def what_a_link_cannot_have_is_said_once(slug: str, query: dict[str, str]) -> AppTest:
    """One sentence or nothing, and none of the link's own text in it; the page is handed back."""
    at = fine(open_page(slug, **query))
    said = [note.value for note in at.info]
    fine(at.run())
    said += [note.value for note in at.info]
    assert not at.error
    assert len(said) <= 1 and all(
        "the link asks for a value that is not available here" in sentence for sentence in said
    )
    own = (value for value in query.values() if not value.isdigit())
    whole = [re.compile(rf"(?<!\w){re.escape(value)}(?!\w)") for value in own]
    assert not any(found.search(sentence) for found in whole for sentence in said)
    return at


def any_garbage_everywhere_is_survived(slug: str, prefix: str) -> None:
    """The same text as the value of every parameter."""
    at = fine(open_page(slug))
    more = {"z", "drawn", "guess", "end", "dims", "spread", "draw", "begin", "view", "own"}
    names = {*at.session_state[f"_{prefix}_defaults"], *more}
    for value in ("nan", "-1", "\0", "<script>"):
        at = fine(open_page(slug, **{f"{prefix}_{name}": value for name in names}))
        assert not at.error
        assert "<script" not in words(at)


def reset_puts_all_back(slug: str, prefix: str, query: dict[str, str]) -> None:
    """After Reset the page is the one that a link without a query opens, and it stays so."""
    fresh = fine(open_page(slug))

    def stage(at: AppTest) -> list:
        told = [e.proto.json for e in at.get("bidi_component")]
        return [words(at), [json.loads(one)["tiles"] for one in told if '"tiles"' in one]]

    at = fine(open_page(slug, **query))
    press(at, f"{prefix}_reset")
    assert dict(at.query_params) == {}
    assert stage(at) == stage(fresh)
    assert stage(fine(at.run())) == stage(fresh)


def a_setting_without_a_model_says_so(slug: str, prefix: str) -> None:
    """One sentence, the training is offered, and the way back to the default network is a press away."""
    at = fine(open_page(slug, **{f"{prefix}_steps": "100", f"{prefix}_seed": "4242"}))
    assert not at.error
    assert len(at.info) == 1 and "not been trained yet" in at.info[0].value
    assert words(at).count("seed 4242") == 1
    assert not at.button(key=f"{prefix}_train").disabled
    press(at, f"{prefix}_default")
    at.number_input(key=f"{prefix}_seed").set_value(0).run()
    assert not fine(at).info, "the default network again"


def a_damaged_model_is_one_sentence(slug: str, prefix: str, experiment: str, baked: Path, damage: str) -> None:
    """The model on which the lesson opens is damaged where it was installed; other pages work."""
    record, _ = trained(experiment)
    lab.model_cache().drop(next(r.key for r in lab.model_cache().resident() if record.key in r.key))
    file, do = DAMAGES[damage]
    do(baked / experiment / record.key / file)
    at = fine(open_page(slug))
    assert words(at).count("comes with the program cannot be used") == 1
    assert f"{prefix}_train" in buttons(at)
    fine(at.run())
    for other in ("home", "models"):
        fine(open_page(other))


def without_pictures_it_says_how_to_get_them(slug: str) -> None:
    """No data set is on the machine."""
    at = fine(open_page(slug))
    assert len(at.error) == 1
    assert "nstall" in at.error[0].value


def shipped_models_are_whole(experiment: str) -> None:
    """Each is readable, and its record names all that the pages show."""
    folders = list((paths.baked_dir() / experiment).iterdir())
    assert folders
    for folder in folders:
        record = artefacts.find(experiment, folder.name).record
        assert set(get(experiment).metric_names) <= set(record.metrics)
