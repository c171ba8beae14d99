"""torchvision beside a CPU build of torch.

PyPI's torchvision wheel is built against CUDA. Where torch is a CPU build, `import torchvision` stops with "operator
torchvision::nms does not exist", because its compiled operators cannot load. Declaring the two schemas first lets
the rest (data sets, transforms, models) work; the operators themselves are not used in this project.
"""

from __future__ import annotations

import sys
from types import ModuleType


def torchvision() -> ModuleType:
    """The torchvision module."""
    try:
        import torchvision as module
    except RuntimeError:
        import torch

        for name in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
            del sys.modules[name]  # half imported
        torch.library.define("torchvision::nms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        torch.library.define("torchvision::qnms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision as module
    return module
