"""Random views of pictures against torchvision, kornia and slow loops; what each strength does, alone and how often."""

from __future__ import annotations

import colorsys
import dataclasses
import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from core.compat import torchvision
from core.nn import views as module
from core.nn.views import (
    BLUR,
    Augment,
    blur_matrix,
    colour_maps,
    crop_boxes,
    hue_matrix,
    resize_matrix,
    rotated,
    saturation_matrix,
    views,
)

pytestmark = pytest.mark.usefixtures("one_thread")

FIELDS = tuple(field.name for field in dataclasses.fields(Augment))
FULL = Augment(**dict.fromkeys(FIELDS, 1.0))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 6, channels: int = 3, side: int = 16, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, channels, side, side, generator=seeded(7))


def hits(count: int, n: int, share: float) -> bool:
    """Whether `count` of n is what a coin of this share gives, within five standard deviations."""
    return abs(count / n - share) < 5 * math.sqrt(share * (1 - share) / n)


@pytest.fixture(scope="module")
def tv():
    """torchvision's functional transforms."""
    torchvision()
    from torchvision.transforms import functional

    return functional


@pytest.fixture(scope="module")
def kornia_blur():
    """kornia.filters.gaussian_blur2d."""
    torchvision()
    from kornia.filters import gaussian_blur2d

    return gaussian_blur2d


# (a) Along rows and columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [(0, 0, 16, 16), (3, 2, 9, 12), (0, 11, 5, 5), (12, 0, 4, 16)])
@pytest.mark.parametrize("channels", [1, 3])
def test_crop_and_resize_is_interpolate_and_torchvisions_resized_crop(tv, monkeypatch, box, channels):
    x = pictures(channels=channels)
    top, left, height, width = box
    monkeypatch.setattr(module, "crop_boxes", lambda count, *_: torch.tensor([box] * count) / 16)
    ours = views(x, Augment(crop=1), seeded())
    part = x[:, :, top : top + height, left : left + width]
    torch.testing.assert_close(ours, F.interpolate(part, (16, 16), mode="bilinear"), rtol=0, atol=1e-5)
    theirs = tv.resized_crop(x, top, left, height, width, [16, 16], antialias=False)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


def test_a_box_between_pixels_is_a_slow_loop():
    start, length = torch.tensor([0.13, 0.4]), torch.tensor([0.61, 0.33])
    line = torch.rand(16, generator=seeded())
    found = resize_matrix(start, length, 16) @ line
    for k in range(2):
        first, extent = float(start[k]) * 16, float(length[k]) * 16
        for i in range(16):
            at = (i + 0.5) / 16 * extent - 0.5  # in pixels of the part, whose first one begins at `first`
            at = first + min(max(at, 0.0), extent - 1)
            whole = math.floor(at)
            right = float(line[min(whole + 1, 15)])
            assert float(found[k, i]) == pytest.approx(
                float(line[whole]) * (1 - at + whole) + right * (at - whole), abs=1e-5
            )


def test_a_box_of_the_other_axis_is_its_transpose(monkeypatch):
    x = pictures()
    monkeypatch.setattr(module, "crop_boxes", lambda count, *_: torch.tensor([[0.1, 0.2, 0.8, 0.5]] * count))
    ours = views(x, Augment(crop=1), seeded())
    monkeypatch.setattr(module, "crop_boxes", lambda count, *_: torch.tensor([[0.2, 0.1, 0.5, 0.8]] * count))
    turned = views(x.transpose(2, 3), Augment(crop=1), seeded()).transpose(2, 3)
    torch.testing.assert_close(ours, turned, rtol=0, atol=1e-5)
    assert (ours - x).abs().max() > 0.1


def test_flip_alone_gives_the_picture_or_its_mirror_each_to_half(tv):
    x = pictures(2000, 1, 6)
    ours = views(x, Augment(flip=1), seeded())
    same = (ours - x).abs().amax(dim=(1, 2, 3)) < 1e-5
    mirrored = (ours - tv.hflip(x)).abs().amax(dim=(1, 2, 3)) < 1e-5
    assert (same ^ mirrored).all() and hits(int(mirrored.sum()), 2000, 0.5)
    half = views(x, Augment(flip=0.5), seeded())
    assert hits(int(((half - x).abs().amax(dim=(1, 2, 3)) > 1e-5).sum()), 2000, 0.25)


@pytest.mark.twin("core/nn/views.py")
@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.0])
def test_blur_is_kornias_and_torchvisions_away_from_the_edges(tv, kornia_blur, sigma):
    x = pictures(side=28)
    matrix = blur_matrix(torch.tensor([sigma]), 28)[0]
    ours, far = matrix @ x @ matrix.T, math.ceil(6 * sigma)
    middle = (slice(None), slice(None), slice(far, 28 - far), slice(far, 28 - far))
    kernel = 2 * math.ceil(6 * sigma) + 1
    for theirs in (
        kornia_blur(x, (kernel, kernel), (sigma, sigma)),
        tv.gaussian_blur(x, [kernel, kernel], [sigma, sigma]),
    ):
        torch.testing.assert_close(ours[middle], theirs[middle], rtol=0, atol=1e-5)
    assert (ours[middle] - x[middle]).abs().max() > 0.05


def test_blur_at_the_edges_is_a_slow_loop():
    line = torch.rand(9, generator=seeded()).double().tolist()
    found = blur_matrix(torch.tensor([1.5]), 9)[0].double() @ torch.tensor(line).double()
    for i in range(9):
        weights = [math.exp(-((i - j) ** 2) / (2 * 1.5**2)) for j in range(9)]
        expected = sum(w * v for w, v in zip(weights, line, strict=True)) / sum(weights)
        assert float(found[i]) == pytest.approx(expected, abs=1e-6)


def test_blur_alone_leaves_half_of_the_views_and_reaches_a_fourteenth_of_the_side():
    point = torch.zeros(2000, 1, 29, 29)
    point[:, :, 14, 14] = 1.0
    ours = views(point, Augment(blur=1), seeded())[:, 0]
    sharp = ours[:, 14, 14] > 1 - 1e-4
    # A sigma below a quarter of a pixel changes nothing that can be seen: (1/4) / (29/14) of the other half.
    assert hits(int(sharp.sum()), 2000, 0.5 + 0.5 * 0.22 / (29 * BLUR))
    distance = (torch.arange(29) - 14.0).square()
    spread = (ours.sum(dim=1) * distance).sum(dim=1).sqrt()  # the standard deviation of what the point became
    assert 0.97 * 29 * BLUR < spread.max() < 1.001 * 29 * BLUR
    weaker = views(point, Augment(blur=0.5), seeded())[:, 0]
    assert (weaker.sum(dim=1) * distance).sum(dim=1).sqrt().max() < 0.51 * 29 * BLUR
    torch.testing.assert_close(ours.sum(dim=(1, 2)), torch.ones(2000), rtol=1e-4, atol=0)


@pytest.mark.parametrize("quarters", [1, -1, 2])
@pytest.mark.parametrize("side", [15, 16])
def test_rotation_by_right_angles_is_rot90(quarters, side):
    x = pictures(side=side)
    ours = rotated(x, torch.full((len(x),), 90.0 * quarters))
    torch.testing.assert_close(ours, torch.rot90(x, quarters, (2, 3)), rtol=0, atol=1e-4)


@pytest.mark.parametrize("degrees", [17.0, -40.0])
def test_rotation_is_torchvisions_away_from_the_corners(tv, degrees):
    x = F.avg_pool2d(pictures(side=20), 3, 1, 1)
    ours = rotated(x, torch.full((len(x),), degrees))
    theirs = tv.rotate(x, degrees, tv.InterpolationMode.BILINEAR)
    row = torch.arange(20) - 9.5
    disc = (row[:, None].square() + row.square()) < 8.5**2
    torch.testing.assert_close(ours[..., disc], theirs[..., disc], rtol=0, atol=1e-4)
    corner = rotated(torch.ones(1, 1, 20, 20), torch.tensor([degrees]))
    torch.testing.assert_close(corner, torch.ones_like(corner), msg="no black comes into view")


def test_rotation_reaches_its_strength_in_degrees_to_both_sides(monkeypatch):
    seen = []
    monkeypatch.setattr(module, "rotated", lambda x, degrees: seen.append(degrees) or x)
    views(pictures(3000, 1, 5), Augment(rotation=0.5), seeded())
    assert -45 <= seen[0].min() < -44.5 and 44.5 < seen[0].max() <= 45
    assert abs(float(seen[0].mean())) < 5 * 45 / math.sqrt(3 * 3000)


# (b) Colours ------------------------------------------------------------------------------------------------------

STRENGTH = 0.5  # of the colour in these tests
CLOSE = 3e-4  # torchvision's weights of red, green and blue sum to 0.9999


@pytest.fixture
def jitter_by(monkeypatch):
    """jitter_by(brightness=1.2, ...) makes every picture's colours change by just these factors (and turn of the circle)."""

    def fix(brightness: float = 1.0, contrast: float = 1.0, saturation: float = 1.0, hue: float = 0.0) -> None:
        factors = (torch.tensor([brightness, contrast, saturation]) - 1) / (0.8 * STRENGTH)
        turn = torch.tensor(hue / (0.2 * STRENGTH))
        monkeypatch.setattr(
            module, "_signed", lambda shape, _: (factors if isinstance(shape, tuple) else turn).expand(shape).clone()
        )
        monkeypatch.setattr(module, "JITTERED", 1.0)

    return fix


@pytest.mark.parametrize("kind", ["brightness", "contrast", "saturation"])
@pytest.mark.parametrize("factor", [0.65, 0.9, 1.3])
def test_one_change_of_colour_is_torchvisions(tv, jitter_by, kind, factor):
    x = pictures(low=0.3, high=0.65)  # nothing leaves the range, where both clip
    jitter_by(**{kind: factor})
    theirs = getattr(tv, f"adjust_{kind}")(x, factor)
    assert theirs.min() > 0 and theirs.max() < 1 and (theirs - x).abs().max() > 0.01
    torch.testing.assert_close(views(x, Augment(colour=STRENGTH), seeded()), theirs, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("kind", ["brightness", "contrast"])
def test_of_gray_pictures_too(tv, jitter_by, kind):
    x = pictures(channels=1, low=0.3, high=0.65)
    jitter_by(**{kind: 1.3}, saturation=0.7, hue=0.1)  # these two mean nothing here
    theirs = getattr(tv, f"adjust_{kind}")(x, 1.3)
    torch.testing.assert_close(views(x, Augment(colour=STRENGTH), seeded()), theirs, rtol=0, atol=CLOSE)


def test_all_changes_together_are_torchvisions_in_each_of_the_24_orders(tv, jitter_by):
    """Without clipping between them they commute: all keep or scale the gray that the contrast pulls to."""
    factors = {"brightness": 1.25, "contrast": 0.7, "saturation": 1.35, "hue": 0.09}
    x = pictures(1, side=6, low=0.35, high=0.55)
    jitter_by(**factors)
    ours = views(x.expand(100, -1, -1, -1), Augment(colour=STRENGTH), seeded())
    turn = hue_matrix(torch.tensor([2 * math.pi * factors["hue"]]))[0]  # theirs is compared below
    for order in itertools.permutations(factors):
        y = x
        for kind in order:
            y = turned(y, turn) if kind == "hue" else getattr(tv, f"adjust_{kind}")(y, factors[kind])
            assert y.min() > 0 and y.max() < 1
        torch.testing.assert_close(ours, y.expand_as(ours), rtol=0, atol=CLOSE)


def turned(x: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    return torch.einsum("ij,bjhw->bihw", matrix, x)


@given(angle=st.floats(-7, 7), other=st.floats(-7, 7))
@settings(max_examples=30, deadline=None)
def test_hue_turns_about_the_axis_of_grays(angle, other):
    one, two, both = hue_matrix(torch.tensor([angle, other, angle + other]))
    colours = torch.rand(3, 50, generator=seeded())
    luma = torch.tensor([0.299, 0.587, 0.114])
    torch.testing.assert_close(one @ torch.ones(3), torch.ones(3), rtol=0, atol=1e-4, msg="grays stay")
    torch.testing.assert_close(luma @ one @ colours, luma @ colours, rtol=0, atol=1e-4, msg="brightness stays")
    torch.testing.assert_close(one @ two, both, rtol=0, atol=1e-4, msg="angles add")


def test_a_whole_turn_is_no_turn_and_a_half_one_is_the_complement():
    whole, none, half = hue_matrix(torch.tensor([2 * math.pi, 0.0, math.pi]))
    torch.testing.assert_close(whole, torch.eye(3), rtol=0, atol=1e-5)
    torch.testing.assert_close(none, torch.eye(3), rtol=0, atol=1e-6)
    colours = torch.rand(3, 50, generator=seeded())
    gray = saturation_matrix(torch.zeros(1))[0] @ colours
    torch.testing.assert_close(half @ colours - gray, gray - colours, rtol=0, atol=1e-4)


def test_the_turn_of_saturated_colours_is_near_that_of_hsv(tv):
    """Angles in the plane of colours (I, Q) after both. The two are different maps: measured 23.6 degrees at most, 13.5 in the
    mean, over turns of a fifth of the circle; the other way round they would be 168 apart. Theirs turns the other way."""
    vivid = torch.tensor([colorsys.hsv_to_rgb(k / 72, 1, 1) for k in range(72)])
    apart = {}
    for share in (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2):
        theirs = tv.adjust_hue(vivid[:, :, None, None], share)[:, :, 0, 0]
        for way in (1, -1):
            ours = vivid @ hue_matrix(torch.tensor([way * 2 * math.pi * share]))[0].T
            apart[way, share] = (plane_angle(ours) - plane_angle(theirs) + 180) % 360 - 180
    near = torch.stack([value.abs() for (way, _), value in apart.items() if way == -1])
    assert near.max() < 24 and near.mean() < 12
    assert apart[1, 0.2].abs().mean() > 100


def plane_angle(colours: torch.Tensor) -> torch.Tensor:
    """The hue of colours (N, 3) in degrees, by the NTSC's axes of colour."""
    i = colours @ torch.tensor([0.5959, -0.2746, -0.3213])
    q = colours @ torch.tensor([0.2115, -0.5227, 0.3112])
    return torch.rad2deg(torch.atan2(q, i))


def test_losing_colour_is_rgb_to_grayscale_and_as_often_as_asked(tv):
    x = pictures(2000, side=4)
    ours, theirs = views(x, Augment(gray=0.2), seeded()), tv.rgb_to_grayscale(x, 3)
    lost = (ours - theirs).abs().amax(dim=(1, 2, 3)) < CLOSE
    kept = (ours - x).abs().amax(dim=(1, 2, 3)) < 1e-6
    assert (lost ^ kept).all() and hits(int(lost.sum()), 2000, 0.2)
    torch.testing.assert_close(views(x, Augment(gray=1), seeded()), theirs, rtol=0, atol=CLOSE)
    assert torch.equal(views(x[:, :1], Augment(gray=1), seeded()), x[:, :1]), "gray pictures have none to lose"


@pytest.mark.parametrize("strength", [0.25, 1.0])
def test_factors_of_the_jitter_have_the_papers_ranges_and_reach_four_views_of_five(strength):
    """Read from the affine maps of 5,000 black-and-white pictures: their slope is brightness times contrast, their offset
    brightness times (1 - contrast) times the mean."""
    mean = torch.full((5000, 1), 0.5)
    matrix, offset = colour_maps(mean, strength, 0.0, seeded())
    slope, offset = matrix[:, 0, 0], offset[:, 0]
    touched = slope != 1
    assert hits(int(touched.sum()), 5000, 0.8) and (offset[~touched] == 0).all()
    brightness = slope + 2 * offset
    contrast = slope / brightness
    for factor in (brightness[touched], contrast[touched & (brightness > 0.25)]):
        reach = 0.8 * strength
        assert 1 - reach - 1e-3 < factor.min() < 1 - 0.98 * reach and 1 + 0.98 * reach < factor.max() < 1 + reach + 1e-3
        assert float(factor.std()) == pytest.approx(reach / math.sqrt(3), rel=0.05)


def test_saturation_and_hue_have_the_papers_ranges():
    matrix, _ = colour_maps(torch.full((5000, 3), 0.5), 1.0, 0.0, seeded())
    scale = (matrix @ torch.ones(3))[:, :1]  # of grays: brightness times contrast
    red = torch.tensor([1.0, 0.0, 0.0])
    after, before = plane_angle(matrix @ red), plane_angle(red[None])
    turn = (after - before + 180) % 360 - 180
    clear = (matrix @ red / scale - 0.299).norm(dim=1) > 0.2
    assert 70 < turn[clear].max() < 72.1 and -72.1 < turn[clear].min() < -70, "a fifth of the circle to either side"
    chroma = (matrix @ red - 0.299 * scale) / scale
    length = torch.stack(
        [chroma @ torch.tensor(row) for row in ((0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))]
    )
    factor = length.norm(dim=0) / math.hypot(0.5959, 0.2115)
    assert 0.2 - 1e-3 < factor.min() < 0.22 and 1.78 < factor.max() < 1.8 + 1e-3


# (c) What each strength does alone --------------------------------------------------------------------------------


def test_no_strength_is_the_identity():
    x = pictures()
    assert torch.equal(views(x, Augment(), seeded()), x)
    assert FULL.only() == Augment() and FULL.only("crop", "noise") == Augment(crop=1, noise=1)


@pytest.mark.parametrize("name", FIELDS)
def test_each_strength_changes_pictures_and_a_vanishing_one_does_not(name):
    x = 0.2 + 0.6 * F.avg_pool2d(pictures(64), 3, 1, 1)
    assert (views(x, Augment(**{name: 1.0}), seeded()) - x).abs().max() > 0.1
    if name != "crop":  # its ratio of sides stays at 3/4 to 4/3
        slight = (views(x, Augment(**{name: 1e-4}), seeded()) - x).abs().amax(dim=(1, 2, 3))
        assert (slight < 2e-3).float().mean() > 0.95, "flip and gray: a rare view"


@pytest.mark.parametrize("name", ["crop", "flip", "blur", "cutout", "rotation", "gray"])
def test_what_moves_pixels_leaves_an_empty_picture_alone(name):
    x = torch.full((20, 3, 12, 12), 0.37)
    torch.testing.assert_close(views(x, Augment(**{name: 1.0}), seeded()), x, rtol=0, atol=CLOSE)


def test_jitter_moves_no_pixel():
    level = torch.randint(0, 5, (8, 1, 12, 12), generator=seeded())
    palette = torch.rand(5, 3, generator=seeded(1))
    x = palette[level[:, 0]].permute(0, 3, 1, 2)
    ours = views(x, Augment(colour=1, gray=0.5), seeded())
    for k in range(8):
        for value in range(5):
            alike = ours[k][:, level[k, 0] == value]
            assert (alike - alike[:, :1]).abs().max() < 1e-5, "pixels of one colour have one colour"


@pytest.mark.parametrize("channels", [1, 3])
def test_cutout_paints_a_square_with_the_mean_colour(channels):
    x = pictures(3000, channels, 20)
    ours = views(x, Augment(cutout=0.8), seeded())
    hit = ours != x
    assert (hit == hit[:, :1]).all(), "in all channels"
    hit = hit[:, 0]
    rows, columns = hit.any(dim=2), hit.any(dim=1)
    assert torch.equal(hit, rows[:, :, None] & columns[:, None, :]), "a rectangle"
    torch.testing.assert_close(ours, torch.where(hit[:, None], x.mean(dim=(2, 3), keepdim=True), x), rtol=0, atol=1e-5)
    sides = torch.stack([rows.sum(dim=1), columns.sum(dim=1)]).float()
    assert sides.max() == 8, "0.8 halves of 20 pixels"
    inside = (rows[:, 0] | rows[:, -1] | columns[:, 0] | columns[:, -1]).logical_not()
    assert ((sides[0] - sides[1]).abs()[inside] <= 1).all(), "a square, up to the pixels' raster"
    # A square of side s covers s - s^2/4 of a line in the mean where its middle is anywhere on it; s is even up to 0.4.
    expected = 0.4 / 2 - 0.4**2 / 3 / 4
    error = float((sides[0] / 20).std()) / math.sqrt(3000)
    assert abs(float((sides[0] / 20).mean()) - expected) < 5 * error


def test_noise_has_a_fifth_of_its_strength_and_each_colour_its_own():
    x = torch.full((200, 3, 16, 16), 0.5)
    noise = (views(x, Augment(noise=0.5), seeded()) - x).double()
    n = noise.numel()
    assert float(noise.std()) == pytest.approx(0.1, rel=5 / math.sqrt(2 * n))
    assert abs(float(noise.mean())) < 5 * 0.1 / math.sqrt(n)
    off = torch.corrcoef(noise.transpose(0, 1).flatten(1)) - torch.eye(3)
    assert off.abs().max() < 5 / math.sqrt(n / 3)


@pytest.mark.parametrize("crop", [0.3, 0.5, 1.0])
def test_boxes_of_crops(crop):
    n = 20_000
    top, left, height, width = crop_boxes(n, crop, seeded()).T
    assert min(top.min(), left.min()) >= 0 and max((top + height).max(), (left + width).max()) <= 1 + 1e-6
    area, ratio, smallest = height * width, width / height, 1 - 0.92 * crop
    assert smallest - 1e-5 < area.min() < smallest + 0.01 and 0.97 < area.max() <= 1
    assert 0.75 - 1e-4 < ratio.min() < 0.76 and 1.32 < ratio.max() < 4 / 3 + 1e-4
    if crop == 1:
        loose = (height < 0.8) & (width < 0.8)  # where no side was cut to the picture's
        assert abs(float(ratio[loose].log().mean())) < 0.01, "as often wide as high"
        for start, length in ((top, height), (left, width)):
            place = (start / (1 - length))[loose]
            assert float(place.mean()) == pytest.approx(0.5, abs=5 / math.sqrt(12 * len(place))), "anywhere"
            assert float(place.std()) == pytest.approx(1 / math.sqrt(12), rel=0.02)
    # Even in area: below one half none is cut.
    if crop == 1:
        assert hits(int((area < 0.3).sum()), n, (0.3 - 0.08) / 0.92)


def test_slight_crops_are_cut_to_the_picture():
    """The ratio of sides is drawn from 3/4 to 4/3 at every strength; of a whole picture that leaves sqrt(3/4) at least."""
    area = crop_boxes(20_000, 0.05, seeded())[:, 2:].prod(dim=1)
    assert math.sqrt(0.75 * (1 - 0.92 * 0.05)) - 1e-4 < area.min() < 0.86 and area.max() <= 1
    assert torch.equal(crop_boxes(3, 0.0, seeded()), torch.tensor([[0.0, 0.0, 1.0, 1.0]] * 3))


# (d) All together -------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    strengths=st.fixed_dictionaries({name: st.sampled_from([0.0, 0.3, 1.0]) for name in FIELDS}),
    batch=st.integers(1, 5),
    channels=st.sampled_from([1, 3]),
    sides=st.tuples(st.integers(5, 20), st.integers(5, 20)),
    seed=st.integers(0, 99),
)
def test_views_are_finite_in_range_repeatable_and_leave_their_pictures_alone(strengths, batch, channels, sides, seed):
    x = torch.rand(batch, channels, *sides, generator=seeded(seed))
    x[0] = (x[0] > 0.5).float()  # black and white, where rounding would leave the range
    before, augment = x.clone(), Augment(**strengths)
    ours = views(x, augment, seeded(seed))
    assert ours.shape == x.shape and ours.dtype == x.dtype and ours.isfinite().all()
    assert ours.min() > -1e-5 and ours.max() < 1 + 1e-5
    assert torch.equal(ours, views(x, augment, seeded(seed))) and torch.equal(x, before)


def test_another_seed_gives_other_views_and_every_picture_its_own():
    x = pictures(1).expand(30, -1, -1, -1)
    one, two = views(x, FULL, seeded(1)), views(x, FULL, seeded(2))
    assert ((one - two).abs().amax(dim=(1, 2, 3)) > 0.01).all()
    apart = (one[:, None] - one).abs().amax(dim=(2, 3, 4)) + torch.eye(30)
    assert apart.min() > 0.01


def test_without_a_generator_the_global_seed_decides():
    x = pictures()
    with torch.random.fork_rng():
        torch.manual_seed(5)
        one = views(x, FULL)
        torch.manual_seed(5)
        assert torch.equal(one, views(x, FULL))
        assert not torch.equal(one, views(x, FULL))
