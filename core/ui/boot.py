"""What a server does once, before its first visitor."""

from __future__ import annotations

import functools
import gc
import logging
import os


@functools.cache
def boot() -> None:
    """Import what every lesson needs and read the default models, so that no page opens on a wait.

    The last two lines matter: Streamlit runs a full garbage collection after every rerun; with torch imported that
    costs over 100 ms, and next to nothing once the objects that exist now are left out of it.
    """
    # torch's own setting does not reach its OpenMP in the threads of pages, where each run would start threads anew.
    # The training process sets its number itself.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import pandas  # noqa: F401
    from altair.utils import schemapi
    from PIL import Image
    from streamlit import delta_generator

    from core import course, device, lab
    from core.charts import theme
    from core.experiment import get
    from core.store import cache
    from core.ui.lesson import import_all, slice_of

    cache.beside("Charts", "results", theme.kept_bytes)
    schemapi.disable_debug_mode()  # the parts of a chart are checked in tests, where a mistake is found
    device.be_a_server()
    for lesson in course.LESSONS:
        for name in lesson.experiments:
            try:
                experiment = get(name)
                shown = lab.view(name, experiment.default(), 0)
                if isinstance(shown, lab.Ready):
                    experiment.warm(lab.model(shown.record), experiment.default())
            except Exception:  # a lesson that cannot start says so on its own page; the others must open
                logging.getLogger(__name__).exception("could not prepare %s", name)
        try:
            import_all(lesson.slug)
            slice_of(lesson.slug).warm()
        except Exception:
            logging.getLogger(__name__).exception("could not prepare the lesson %s", lesson.slug)
    Image.init()  # readers of all kinds of pictures, which Pillow imports with the first picture
    # Whether this is a console, asked at a server's first element: the answer takes a search through all modules.
    delta_generator._use_warning_has_been_displayed = True
    gc.collect()
    gc.freeze()
