"""Which folder is a picture's class, and which pictures are held out: by the shapes that people's folders have."""

from __future__ import annotations

import random

import pytest

from core.data.folder_classes import Sorted, sort, split_of

AROUND = "The classes are the folders that hold the pictures, not their parent folders."


def tree(**counts: int) -> list[tuple[str, ...]]:
    """So many pictures in each folder; "a__b" is b inside a, "_" no folder at all."""
    return [tuple(name.split("__")) if name != "_" else () for name, n in counts.items() for _ in range(n)]


def counts(found: Sorted) -> dict[str, int]:
    return {name: int((found.y == i).sum()) for i, name in enumerate(found.classes)}


SHAPES = {
    "flat": (tree(cats=20, dogs=20), {"cats": 20, "dogs": 20}, ()),
    "no folders": (tree(_=40), {"picture": 40}, ()),
    "one folder": (tree(cats=40), {"picture": 40}, ()),
    "one folder and a preview": (tree(_=1, cats=40), {"picture": 41}, ()),
    "many beside one folder": (tree(_=20, old=20), {"old": 20, "no folder": 20}, ("20 pictures lie in no folder: they are a class of their own.",)),
    "wrapped, with a preview": (
        tree(pets=1, pets__images__cats=30, pets__images__dogs=30),
        {"cats": 30, "dogs": 30, "no folder": 1},
        ("1 picture lies in no folder: it is a class of its own.", "Of 1 class no picture is held out, because there are too few."),
    ),
    "the same class on several levels": (tree(x__cats=20, x__cats__dogs=10, x__dogs__cats=10), {"cats": 30, "dogs": 10}, ()),
    "a folder inside each class": (tree(cats__photos=20, dogs__photos=20), {"cats": 20, "dogs": 20}, ()),
    "another folder inside each class": (tree(cats__good=20, dogs__fine=20), {"cats": 20, "dogs": 20}, ()),
    "kinds of kinds": (
        tree(birds__hen=10, birds__owl=10, mammals__cat=10, mammals__dog=10),
        {"cat": 10, "dog": 10, "hen": 10, "owl": 10},
        (AROUND,),
    ),
    "kinds of kinds, with a preview": (
        tree(birds=1, birds__hen=20, birds__owl=20, mammals__cat=20),
        {"cat": 20, "hen": 20, "owl": 20, "no folder": 1},
        (AROUND, "1 picture lies in no folder: it is a class of its own.", "Of 1 class no picture is held out, because there are too few."),
    ),
    "batches": (tree(batch1__cats=10, batch1__dogs=10, batch2__cats=10, batch2__dogs=10), {"cats": 20, "dogs": 20}, (AROUND,)),
    "dates inside of classes": (
        [(kind, f"2021-01-{day:02}") for kind in ("cats", "dogs") for day in range(1, 32)], {"cats": 31, "dogs": 31}, ()
    ),
    "two accents": (tree(**{"a__e\u0301": 20, "b__é": 10, "b__o": 10}), {"o": 10, "é": 30}, (AROUND,)),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_classes_are_the_folders_of_the_level_that_holds_pictures(shape):
    paths, classes, notes = SHAPES[shape]
    found = sort(paths)
    assert counts(found) == classes and found.notes == notes


def split(train: int, test: int, pattern: str = "{split}/{kind}", names: tuple[str, ...] = ("train", "test")) -> list:
    """So many pictures of each of two classes in each split."""
    return [
        tuple(pattern.format(split=name, kind=kind).split("/"))
        for name, n in zip(names, (train, test), strict=True)
        for kind in ("cats", "dogs")
        for _ in range(n)
    ]


PATTERNS = (
    "{split}/{kind}",
    "pets/{split}/{kind}",
    "pets/v1/{split}/images/{kind}",
    "{kind}/{split}",
    "{split}/{split}/{kind}",
    "pets/{kind}/{split}/jpg",
)
NAMED = (
    ("train", "test"),
    ("Training", "Testing"),
    ("training_set", "test_set"),
    ("train2017", "val2017"),
    ("TRAIN", "Valid"),
    ("train-images", "eval"),
)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("names", NAMED)
def test_splits_are_no_classes_and_hold_out_what_they_say(pattern, names):
    paths = split(20, 6, pattern, names)
    found = sort(paths)
    assert counts(found) == {"cats": 26, "dogs": 26}
    assert found.held.tolist() == [names[1] in path for path in paths]
    kind = "val" if names[1].lower().startswith("val") else "test"
    assert found.notes == (
        f"Folders named train and {kind} are splits, not classes: the 12 pictures of {kind} are held out.",
    )


def test_three_splits():
    paths = split(20, 6) + [("valid", kind) for kind in ("cats", "dogs") for _ in range(3)]
    found = sort(paths)
    assert counts(found) == {"cats": 29, "dogs": 29} and found.held.tolist() == [path[0] != "train" for path in paths]
    assert found.notes == (
        "Folders named train, val and test are splits, not classes: the 18 pictures of val and test are held out.",
    )


def test_splits_without_classes_below_are_no_classes_either():
    found = sort(tree(train=40, test=10))
    assert counts(found) == {"picture": 50} and found.held.sum() == 10


def test_a_preview_beside_the_splits_is_learned_from():
    found = sort([("preview",), *split(30, 6)])
    assert counts(found) == {"cats": 36, "dogs": 36, "preview": 1}
    assert not found.held[0] and found.held.sum() == 12


@pytest.mark.parametrize(
    "paths",
    [
        split(18, 3),  # 6 pictures are held out
        split(15, 20),  # 30 pictures to learn from
        tree(train__cats=30, train__dogs=30, test=20),  # those to be held out have no class
        tree(train__cats=60, test__dogs=20),  # a class stands on one side alone
    ],
)  # fmt: skip
def test_a_split_that_is_no_use_is_made_anew(paths):
    found = sort(paths)
    assert not {"train", "test"} & set(found.classes)
    assert any(
        "one side has too few pictures of some class, so a fifth of each class is held out instead" in note
        for note in found.notes
    )
    assert all(found.held[found.y == label].any() for label in range(len(found.classes)))
    assert (~found.held).sum() >= 32


@pytest.mark.parametrize(
    "name", ["trains", "tests", "devil", "value", "testimony", "train station", "trainer", "", "7", "set"]
)
def test_what_only_resembles_a_split_is_a_class(name):
    assert split_of(name) is None


def test_one_name_of_a_split_alone_is_a_class():
    assert counts(sort(tree(train=20, bus=20))) == {"bus": 20, "train": 20}, "means of transport"
    assert counts(sort(tree(test=20, control=20))) == {"control": 20, "test": 20}


def test_the_order_of_pictures_does_not_matter():
    paths = [*split(20, 6, "pets/{split}/{kind}"), ("pets",)]
    shuffled = list(enumerate(paths))
    random.Random(0).shuffle(shuffled)
    one, other = sort(paths), sort([path for _, path in shuffled])
    assert one.classes == other.classes and one.notes == other.notes
    assert [one.y[i] for i, _ in shuffled] == other.y.tolist() and [
        one.held[i] for i, _ in shuffled
    ] == other.held.tolist()


def test_deep_paths_of_many_pictures_have_their_classes():
    paths = [tuple(f"{level}-{i % 3}" for level in range(20)) for i in range(5_000)]
    assert counts(sort(paths)) == {"0-0": 1667, "0-1": 1667, "0-2": 1666}
