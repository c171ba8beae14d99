"""All data sets under one roof: what a model's key and a page need to know of pictures and texts alike."""

from __future__ import annotations

from core.data import (
    efficientnet,
    films,
    gallery,
    glove,
    images,
    minilm,
    originals,
    packages,
    scenes,
    spoken,
    texts,
    voices,
)

MODELS = {"glove": glove, "minilm": minilm, "efficientnet": efficientnet}  # that others trained


def available(name: str) -> bool:
    """Whether the data set would be found without a download. The name "none" stands for no data at all."""
    if name == gallery.NAME:  # which is of no use without the network that it is shown to
        return gallery.available() and efficientnet.available()
    if name == scenes.NAME:
        return True
    if name in spoken.NAMES:
        return spoken.available(name)
    return texts.available(name) if texts.is_text(name) else images.available(name)


def fingerprint(name: str) -> str:
    """The data set's fingerprint. Raises Missing."""
    if name == gallery.NAME:
        return gallery.fingerprint()
    if name == scenes.NAME:
        return scenes.fingerprint()
    if name in spoken.NAMES:
        return spoken.fingerprint(name)
    return texts.load(name).fingerprint if texts.is_text(name) else images.fingerprint(name)


def how_to_get(name: str) -> str:
    """One sentence for a person whose machine lacks the data set, or the model of others; empty for a name that is none."""
    if name == gallery.NAME:
        return packages.sentence(packages.get(*gallery.PACKAGES, efficientnet.NAME))
    if name in spoken.NAMES:
        return packages.sentence(voices.HOW_TO_GET if name == "voices" else images.ENTRIES["mnist"].how_to_get)
    if name == films.NAME:
        return packages.sentence(films.HOW_TO_GET)
    if name in MODELS:
        return packages.sentence(MODELS[name].HOW_TO_GET)
    return packages.sentence(texts.how_to_get(name) if texts.is_text(name) else images.how_to_get(name))


def everything() -> list[dict[str, object]]:
    """One row for `doctor` a data set, and one a model of others: found or missing, where, how large, how to get it, and whether it
    is read from an original in place of a package."""
    vectors = {
        "name": "glove", "title": "GloVe word vectors", "found": glove.available(), "cached": None, "bytes": 0,
        "how_to_get": glove.HOW_TO_GET,
    }  # fmt: skip
    sentences = {
        "name": "minilm", "title": "MiniLM sentence model", "found": minilm.available(), "cached": None, "bytes": 0,
        "how_to_get": minilm.HOW_TO_GET,
    }  # fmt: skip
    photographs = {
        "name": "efficientnet", "title": "EfficientNet-lite0", "found": efficientnet.available(), "cached": None, "bytes": 0,
        "how_to_get": efficientnet.HOW_TO_GET,
    }  # fmt: skip
    speaking = {
        "name": "voices", "title": "eSpeak NG voices", "found": spoken.available("voices"), "cached": None, "bytes": 0,
        "how_to_get": voices.HOW_TO_GET,
    }  # fmt: skip
    filmed = {
        "name": films.NAME, "title": "Clips of real films (optional)", "found": films.available(), "cached": None, "bytes": 0,
        "how_to_get": films.HOW_TO_GET,
    }  # fmt: skip
    rows = [*images.sources(), *texts.sources(), vectors, sentences, photographs, speaking, filmed]
    return [row | {"original": bool(row["found"]) and _is_original(str(row["name"]))} for row in rows]


def _is_original(name: str) -> bool:
    return name in originals.TABLE and packages.where(name) == "original"
