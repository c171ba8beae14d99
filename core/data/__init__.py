"""Real pictures and texts, each with its fingerprint, source and licence.

    from core import data
    clothes = data.load("fashion")        # first from its package, later from the cache in under 0.3 s
    bible = data.texts.load("kjv")

A loader of pictures looks in the package or Debian path, then in the user's own cache, then downloads with torchvision
where there is a network. A data set that cannot be had raises `Missing`, whose text says what to install.
"""

from core.data import efficientnet, gallery, glove, minilm, scenes, texts
from core.data.catalogue import available, everything, fingerprint, how_to_get
from core.data.images import cached, forget, load, names, sources
from core.data.kinds import Images, Missing, Source

__all__ = [
    "Images", "Missing", "Source", "available", "cached", "efficientnet", "everything", "fingerprint", "forget", "gallery", "glove", "how_to_get", "load", "minilm", "names", "scenes", "sources", "texts",
]  # fmt: skip
