"""python -m core analogy and analogies: what they print for people and for tools, and when they refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core import __main__ as cli
from core import data, word_commands
from core import device as devices
from core.analysis.vectors import WordVectors
from core.data import glove, questions, texts
from core.data.questions import AnalogySet
from core.experiment import get
from core.store import paths
from core.store.artefacts import Damaged

# Two numbers a word: royal or not, and man or woman.
WORDS = {
    "king": (3.0, 1.0), "queen": (3.0, -1.0), "man": (1.0, 1.0), "woman": (1.0, -1.0), "prince": (2.0, 1.1),
    "princess": (2.0, -0.8), "bread": (-1.0, 0.1), "boy": (0.5, 1.2),
}  # fmt: skip


@pytest.fixture(autouse=True)
def tiny(tmp_path, monkeypatch):
    """Eight words in the place of every vocabulary, and one set of questions."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(devices, "be_a_worker", lambda spare=1: None)
    asked = []

    def load(name: str, vocabulary: int) -> WordVectors:
        asked.append((name, vocabulary))
        names = tuple(WORDS)[:vocabulary]
        return WordVectors(names, np.array([WORDS[name] for name in names], np.float32))

    monkeypatch.setattr(word_commands, "load", load)
    own = AnalogySet("own", "Questions", "made by the test", {
        "family": [("man", "woman", "king", "queen"), ("man", "woman", "prince", "princess"), ("king", "queen", "prince", "princess")],
        "food": [("man", "woman", "bread", "cake")],
    })  # fmt: skip
    monkeypatch.setattr(questions, "analogy_sets", lambda: [own])
    return asked


@pytest.fixture
def run(capsys):
    """run(*argv) -> (exit code, stdout, stderr)."""

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(list(argv))
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def run_json(run):
    def call(*argv: str):
        code, out, err = run(*argv, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def unit() -> dict[str, np.ndarray]:
    return {word: np.array(v) / np.linalg.norm(v) for word, v in WORDS.items()}


def by_hand(query: np.ndarray, without: tuple[str, ...] = ()) -> list[dict[str, object]]:
    scores = {word: float(v @ query / np.linalg.norm(query)) for word, v in unit().items() if word not in without}
    return [
        {"word": w, "cosine": pytest.approx(scores[w], abs=1e-6)} for w in sorted(scores, key=scores.get, reverse=True)
    ]


# analogy ----------------------------------------------------------------------------------------------------------


def test_analogy_prints_exactly_the_documented_rows(run_json, tiny):
    u = unit()
    query = u["king"] - u["man"] + u["woman"]
    rows = run_json("analogy", "king - man + woman")
    assert rows == by_hand(query, ("king", "man", "woman"))
    assert all(list(row) == ["word", "cosine"] for row in rows) and rows[0]["word"] in ("queen", "princess")
    assert tiny == [("glove", 400_000)], "GloVe with all of its words, unless told otherwise"
    assert run_json("analogy", "king - man + woman", "--keep-query") == by_hand(query)
    assert run_json("analogy", "king - man + woman", "--keep-query", "--top", "2") == by_hand(query)[:2]


def test_analogy_takes_any_expression_and_scale(run_json):
    u = unit()
    assert run_json("analogy", "0.5 (king + queen) - man") == by_hand(
        0.5 * (u["king"] + u["queen"]) - u["man"], ("king", "queen", "man")
    )
    assert len(run_json("analogy", "king", "--top", "400000")) == len(WORDS) - 1
    assert run_json("analogy", "KING", "--top", "1") == by_hand(u["king"], ("king",))[:1]


@pytest.mark.parametrize("method", ["mul", "direction"])
def test_analogy_by_the_other_scores(run_json, method):
    u = unit()
    rows = run_json("analogy", "king - man + woman", "--method", method)
    if method == "mul":
        share = {w: [(1 + v @ u[q]) / 2 for q in ("king", "woman", "man")] for w, v in u.items()}
        scores = {w: a * b / (c + 1e-3) for w, (a, b, c) in share.items()}
    else:
        step = u["king"] - u["man"]
        scores = {
            w: (v - u["woman"]) @ step / np.linalg.norm(step) / max(np.linalg.norm(v - u["woman"]), 1e-6)
            for w, v in u.items()
        }
    expected = sorted((w for w in u if w not in ("king", "man", "woman")), key=scores.get, reverse=True)
    assert [row["word"] for row in rows] == expected
    assert rows[0]["cosine"] == pytest.approx(scores[expected[0]], abs=1e-5)


def test_analogy_reads_the_vectors_and_the_vocabulary_it_is_told(run_json, tiny):
    assert len(run_json("analogy", "king", "--vectors", "kjv", "--vocabulary", "4")) == 3
    assert tiny == [("kjv", 4)]


def test_analogy_for_people_is_a_table(run):
    code, out, err = run("analogy", "king-man+woman", "--top", "3")
    lines = out.splitlines()
    assert (code, err) == (0, "") and lines[0] == "king − man + woman ≈" and len(lines) == 4
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3"]
    assert all(float(line.split()[2]) <= 1 for line in lines[1:])


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("kingg - man", ["kingg", "Nearest spellings", "king"]),
        ("xyzzyxyzzy", ["xyzzyxyzzy", "nothing near"]),
        ("(king", ['"("']),
        ("", ["empty"]),
        ("king king", ["king"]),
        ("king - king", ["cancel"]),
        ("king + " * 10_000 + "man", ["10,001 terms"]),
        ("(" * 5000, ["5,000 characters"]),
        ("__import__('os')", []),
        ("<b>king</b>", ["<"]),
        ("king\nman", []),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_ends_with_2_and_one_line(run, expression, named):
    for more in ([], ["--json"]):
        code, out, err = run("analogy", expression, *more)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1 and err.startswith("analogy: ") and all(word in err for word in named)


def test_a_shape_that_pair_direction_cannot_have_ends_with_2(run):
    code, out, err = run("analogy", "king + man", "--method", "direction")
    assert (code, out) == (2, "") and "a − b + c" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "error", [data.Missing("The vectors are not here: pip install them."), Damaged("They are damaged.")]
)
@pytest.mark.parametrize("argv", [["analogy", "king"], ["analogies"]])
def test_vectors_that_are_not_there_end_with_1_and_the_sentence(run, monkeypatch, argv, error):
    def load(*_):
        raise error

    monkeypatch.setattr(word_commands, "load", load)
    assert run(*argv) == (1, "", f"{argv[0]}: {error}\n")
    assert run(*argv, "--json") == (1, "", f"{argv[0]}: {error}\n")


@pytest.mark.parametrize(
    "argv",
    [
        ["analogy"],
        ["analogy", "king", "--top", "0"],
        ["analogy", "king", "--top", "-3"],
        ["analogy", "king", "--top", "many"],
        ["analogy", "king", "--top", "٣"],
        ["analogy", "king", "--vocabulary", "400001"],
        ["analogy", "king", "--vectors", "elmo"],
        ["analogy", "king", "--method", "divide"],
        ["analogies", "--set", "mine"],
        ["analogies", "--method", "direction"],
    ],
)
def test_what_argparse_refuses_ends_with_2_and_one_line(argv, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(argv)
    err = capsys.readouterr().err
    assert end.value.code == 2 and len(err.splitlines()) == 1


# analogies --------------------------------------------------------------------------------------------------------


def twin(keep_query: bool, names: tuple[str, ...] = tuple(WORDS)) -> dict[str, tuple[int, int, int]]:
    """Right, asked and skipped of each category."""
    u, found = unit(), {}
    for category, asked in questions.analogy_sets()[0].categories.items():
        known = [q for q in asked if {*q} <= {*names}]
        right = 0
        for a, b, c, d in known:
            among = [w for w in names if keep_query or w not in (a, b, c)]
            right += max(among, key=lambda w: u[w] @ (u[b] - u[a] + u[c])) == d
        found[category] = (right, len(known), len(asked) - len(known))
    return found


@pytest.mark.parametrize("keep_query", [False, True])
def test_analogies_count_by_category_and_in_total(run_json, tiny, keep_query):
    found = run_json("analogies", *(["--keep-query"] if keep_query else []))
    assert list(found) == ["vectors", "vocabulary", "questions", "title", "credit", "keep_query", "method", "categories", "total"]  # fmt: skip
    assert (found["vectors"], found["vocabulary"], found["questions"]) == ("glove", len(WORDS), "own")
    assert (found["keep_query"], found["method"]) == (keep_query, "add")
    assert tiny == [("glove", 30_000)]
    expected = twin(keep_query)
    assert {n: (r["right"], r["asked"], r["skipped"]) for n, r in found["categories"].items()} == expected
    assert found["categories"]["food"]["accuracy"] is None, "nothing was asked"
    right, asked, skipped = (sum(column) for column in zip(*expected.values(), strict=True))
    assert found["total"] == {
        "accuracy": pytest.approx(right / asked),
        "right": right,
        "asked": asked,
        "skipped": skipped,
    }


def test_fewer_words_leave_questions_out(run_json):
    found = run_json("analogies", "--vocabulary", "4", "--vectors", "kjv")
    assert found["total"]["asked"] == 1 and found["total"]["skipped"] == 3 and found["vectors"] == "kjv"


def test_analogies_for_people_are_a_table(run):
    code, out, err = run("analogies")
    lines = out.splitlines()
    assert (code, err) == (0, "") and lines[0] == f"Questions, glove, {len(WORDS):,} words"
    assert [line.split()[0] for line in lines[1:]] == ["family", "food", "all"]
    assert "– of 0" in lines[2] and f"of {3:,}" in lines[3]


def test_a_set_that_is_not_there_ends_with_1(run):
    code, out, err = run("analogies", "--set", "google")
    assert (code, out) == (1, "") and "pip install gensim" in err and len(err.splitlines()) == 1


# The vectors themselves -------------------------------------------------------------------------------------------


@pytest.fixture
def real_load(monkeypatch):
    monkeypatch.undo()
    return word_commands.load


def test_glove_is_cut_to_its_first_words(real_load):
    if not glove.available():
        pytest.skip("the GloVe vectors are not on this machine")
    found = real_load("glove", 50)
    assert found.words == glove.load(50)[0] and found.dimension == 50


def test_the_bible_vectors_are_those_of_the_trained_model(real_load):
    if not texts.available("kjv"):
        pytest.skip("the King James Bible is not on this machine")
    experiment = get("word2vec")
    folder = paths.baked_dir() / "word2vec" / experiment.key(experiment.default(), 0)
    if not (folder / "record.json").is_file():
        pytest.skip("the default model is not in assets/trained")
    found = real_load("kjv", 100)
    assert len(found) == 100 and {"king", "lord", "the"} & {*found.words}
    assert found.norm.min() > 0


def test_without_a_trained_model_it_says_how_to_get_one(tmp_path, monkeypatch, capsys):
    if not texts.available("kjv"):
        pytest.skip("the King James Bible is not on this machine")
    monkeypatch.undo()
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "baked")
    assert cli.main(["analogy", "king", "--vectors", "kjv"]) == 1
    assert capsys.readouterr().err == "analogy: These vectors are not trained yet: python -m core train word2vec.\n"


def test_without_glove_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.setattr(glove, "available", lambda: False)
    assert cli.main(["analogy", "king"]) == 1
    err = capsys.readouterr().err
    assert glove.HOW_TO_GET in err and len(err.splitlines()) == 1
