"""Real pictures, each data set as one tensor, with its fingerprint, source and licence.

    from core import data
    clothes = data.load("fashion")        # first from its package, later from the cache in under 0.3 s

A loader looks in the package or Debian path, then in the user's own cache, then downloads with torchvision where
there is a network. A data set that cannot be had raises `Missing`, whose text says what to install.
"""

from core.data.images import Images, Missing, Source, available, cached, fingerprint, load, names, sources

__all__ = ["Images", "Missing", "Source", "available", "cached", "fingerprint", "load", "names", "sources"]
