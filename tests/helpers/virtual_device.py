"""A device that exists nowhere: on any CPU it stops what would stop on a GPU. Speed on it means nothing.

A tensor "on" it holds a CPU tensor, and every operation runs on that. Refused is what CUDA or Apple's MPS refuses: operations
between tensors here and tensors of the CPU (single numbers and indices from the CPU are allowed), `.numpy()` and NumPy's own
functions, generators of the CPU, and float64. `.cpu()` and `.to(DEVICE)` move.

`plug_in()` cannot be undone, so it belongs into a process of its own: see `virtual_checks`.

How: the device that torch reserves for others ("privateuseone") gets all of its operations from one Python function. Factory functions, which have
no tensor to be recognised by, are wrapped.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "nowhere"
FACTORIES = (
    "tensor", "as_tensor", "zeros", "ones", "full", "empty", "arange", "eye", "linspace", "logspace", "rand", "randn",
    "randint", "randperm", "tril_indices", "triu_indices",
)  # fmt: skip
INDEXING = ("aten::index.Tensor", "aten::index_put", "aten::_index_put_impl_", "aten::_unsafe_index.")
_kept: list[object] = []  # torch forgets what is registered when nobody holds it


refused: list[str] = []  # where something was refused, also where that was caught
_operations = itertools.count()


def operations() -> int:
    """A number that grows with each operation on the device."""
    return next(_operations)


class Elsewhere(RuntimeError):
    """What a device that is not the CPU refuses."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        refused.append("".join(traceback.format_stack()[:-1]) + message)


class Virtual(Tensor):
    """A tensor on the device; `raw` is the CPU tensor that holds its numbers."""

    raw: Tensor

    @staticmethod
    def __new__(cls, raw: Tensor, requires_grad: bool = False) -> Virtual:
        if raw.dtype == torch.float64:
            raise Elsewhere("float64 is not possible on every device: compute in float32, or move to the CPU first")
        return Tensor._make_wrapper_subclass(
            cls, raw.size(), strides=raw.stride(), storage_offset=raw.storage_offset(), dtype=raw.dtype,
            device=f"{NAME}:0", requires_grad=requires_grad,
        )  # fmt: skip

    def __init__(self, raw: Tensor, requires_grad: bool = False) -> None:
        self.raw = raw

    def tolist(self) -> Any:
        return self.raw.tolist()

    def new_tensor(self, data: Any, *, dtype: torch.dtype | None = None, device: Any = None, **kwargs: Any) -> Tensor:
        return torch.tensor(data, dtype=dtype or self.dtype, device=device or self.device, **kwargs)

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(value, Tensor):  # torch would make the tensor where no wrapped function sees it
            value = torch.tensor(value, dtype=self.dtype, device=self.device)
        super().__setitem__(_indices(index), value)

    def __getitem__(self, index: Any) -> Tensor:
        return super().__getitem__(_indices(index))

    def __repr__(self, **_: object) -> str:
        return f"Virtual({tuple(self.raw.shape)})"

    def __format__(self, spec: str) -> str:
        return format(self.raw.item() if self.raw.dim() == 0 else str(self.raw), spec)

    def __array__(self, *_: object, **__: object) -> None:
        raise Elsewhere("a tensor of a device is no array: use Tensor.cpu() first")

    def numpy(self, *_: object, **__: object) -> None:
        self.__array__()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def _indices(index: Any) -> Any:
    """Lists as tensors: torch would make these, too, where no wrapped function sees it."""
    if isinstance(index, tuple):
        return tuple(map(_indices, index))
    if isinstance(index, list):
        return torch.tensor(index) if index else torch.empty(0, dtype=torch.long)
    return index


def is_here(device: torch.device | str | int | None) -> bool:
    """Whether this names the device."""
    return device is not None and not isinstance(device, int) and torch.device(device).type == NAME


def raw(x: Any) -> Any:
    return x.raw if isinstance(x, Virtual) else x


def mapped(change: Callable[[Any], Any], tree: Any) -> Any:
    """A tree of tuples, lists and dicts with each of its leaves changed."""
    if isinstance(tree, list | tuple):
        return type(tree)([mapped(change, one) for one in tree])
    if isinstance(tree, dict):
        return {name: mapped(change, one) for name, one in tree.items()}
    return change(tree)


def run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """One operation of torch, on the CPU tensors inside. Raises Elsewhere for what a device refuses."""
    next(_operations)
    name = func.name()
    if name.startswith("aten::copy_"):  # between devices, too
        raw(args[0]).copy_(raw(args[1]))
        return args[0]
    if name.startswith("aten::_to_copy"):
        return _moved(func, args, kwargs)
    leaves: list[Any] = []
    mapped(leaves.append, (args, kwargs))
    here = [x for x in leaves if isinstance(x, Virtual)]
    target = is_here(kwargs.get("device"))
    _refuse_mixing(name, args, leaves, here)
    if (here or target) and any(isinstance(x, torch.Generator) and x.device.type == "cpu" for x in leaves):
        raise Elsewhere(f"{name} wants a generator of its own device: draw on the CPU and move what was drawn")
    on_cpu = {k: (torch.device("cpu") if k == "device" and is_here(v) else v) for k, v in kwargs.items()}
    out = func(*mapped(raw, args), **mapped(raw, on_cpu))
    known = {id(x.raw): x for x in here}  # what was changed in place stays the same tensor

    def wrapped(x: Any) -> Any:
        if not isinstance(x, Tensor) or not (here or target):
            return x
        return known[id(x)] if id(x) in known else Virtual(x)

    return mapped(wrapped, out)


def _moved(func: Any, args: Any, kwargs: dict[str, Any]) -> Tensor:
    device = kwargs.get("device")
    out = func(raw(args[0]), **{**kwargs, "device": None if device is None else torch.device("cpu")})
    stays = isinstance(args[0], Virtual) if device is None else is_here(device)
    return Virtual(out) if stays else out


def _refuse_mixing(name: str, args: Any, leaves: list[Any], here: list[Virtual]) -> None:
    if not here:
        return
    if name.startswith(INDEXING):
        target, values = args[0], [x for x in args[2:3] if isinstance(x, Tensor)]
        if not isinstance(target, Virtual):
            raise Elsewhere(f"{name} has indices on the device, but what they point into is on the CPU")
        strangers = [x for x in values if not isinstance(x, Virtual) and x.dim() > 0]
    else:
        strangers = [x for x in leaves if isinstance(x, Tensor) and not isinstance(x, Virtual) and x.dim() > 0]
    if strangers:
        one, other = tuple(here[0].shape), tuple(strangers[0].shape)
        raise Elsewhere(f"{name} mixes a tensor of the device, {one}, with one of the CPU, {other}")


def _factory(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def made(*args: Any, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
        if args and isinstance(args[0], Virtual):  # torch.tensor and its kind, of what is a tensor already
            moved = args[0].detach().clone().to(device=device, dtype=kwargs.get("dtype"))
            return moved.requires_grad_(requires_grad)
        if not is_here(device):
            return make(*args, device=device, **({"requires_grad": True} if requires_grad else {}), **kwargs)
        if kwargs.get("generator") is not None:
            raise Elsewhere(f"torch.{make.__name__} on the device wants a generator of the device: draw on the CPU")
        return make(*args, **kwargs).to(device).requires_grad_(requires_grad)

    return made


def plug_in() -> torch.device:
    """The device, from now on also the best one that the lab finds (`core.device`)."""
    from core import device as devices

    if not _kept:
        _setup_privateuseone_for_python_backend(NAME)
        library = torch.library.Library("_", "IMPL")
        library.fallback(lambda func, *args, **kwargs: run(func, args, kwargs), dispatch_key="PrivateUse1")
        _kept.append(library)
        for name in FACTORIES:
            setattr(torch, name, _factory(getattr(torch, name)))
    here = torch.device(NAME)
    devices.best_device = lambda wanted=None: here
    return here
