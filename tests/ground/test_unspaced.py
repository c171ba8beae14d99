"""Scripts without spaces: any such text is read, and cut into pieces that come back whole."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from core.data import texts, unspaced
from core.data.read_picture import Unreadable
from core.data.read_text import read_text
from core.data.scripts import PIECE
from core.data.words import corpus, sentences, words

LEXICA = {
    "Thai": "แมว สุนัข กิน ปลา ใน บ้าน ของ ฉัน และ เด็ก ชอบ เล่น กับ น้ำ ที่ โรงเรียน พระราชา ราชินี ผู้ชาย ผู้หญิง",
    "Khmer": "ឆ្មា ឆ្កែ ស៊ី ត្រី ក្នុង ផ្ទះ របស់ ខ្ញុំ និង ក្មេង ចូលចិត្ត លេង ជាមួយ ទឹក នៅ សាលា",
    "Lao": "ແມວ ໝາ ກິນ ປາ ໃນ ເຮືອນ ຂອງ ຂ້ອຍ ແລະ ເດັກ ມັກ ຫຼິ້ນ ກັບ ນ້ຳ",
    "Burmese": "ကြောင် ခွေး စား ငါး အိမ် ငါ့ နှင့် ကလေး ကစား ရေ ကျောင်း ဘုရင် မိဖုရား",
    "Chinese": "国王 王后 男人 女人 吃 鱼 在 房子 里 和 孩子 喜欢 玩 水 学校 老师",
    "Japanese": "国王 女王 男 女 は を 食べる 魚 家 子供 好き 遊ぶ 水 学校 コーヒー ソファー",
}
TIBETAN = "བོད་ཡིག་ནི་བོད་ཀྱི་སྐད་ཡིག་ཡིན། རྒྱལ་པོ་དང་བཙུན་མོ། ཁྱིམ་ནང་དུ་བྱི་ལ་ཡོད།"


def text(lexicon: str, size: int = 6_000, seed: int = 0) -> str:
    """Words by chance, frequent ones first, eight in a row without a space between them."""
    draw, known = random.Random(seed), lexicon.split()
    weights = [1 / (i + 3) for i in range(len(known))]
    lines = ["".join(draw.choices(known, weights, k=8)) for _ in range(size // 8)]
    return "\n\n".join(lines)


@pytest.mark.parametrize("script", LEXICA)
def test_a_text_without_spaces_is_long_enough(script):
    """A line is one run; before, a line counted as one word."""
    many = "".join(chr(0x4E00 + i) for i in range(60)) if script in ("Chinese", "Japanese") else ""
    assert read_text((text(LEXICA[script]) + many).encode())
    with pytest.raises(Unreadable, match=r"only \d+ words|only \d+ different words|at least 5 kB"):
        read_text(text(LEXICA[script], 160).encode())


def test_tibetan_has_a_sign_between_syllables():
    syllables = words(TIBETAN)
    assert len(syllables) == 19 and syllables[0] == "བོད"
    varied = "་".join(f"{syllables[i % 19]}{syllables[(i * 7 + i // 19) % 19]}" for i in range(3_000))
    assert read_text(varied.encode())


@pytest.mark.parametrize("script", LEXICA)
def test_words_are_found_again(script):
    known = LEXICA[script].split()
    passages = text(LEXICA[script]).split("\n\n")
    cut = unspaced.cutter(passages)
    counted = Counter(word for sentence in sentences(passages, cut) for word in sentence)
    assert "".join(words(passages[0], cut)) == passages[0]
    found = sum(counted[word] >= 20 for word in known)
    assert found >= 0.8 * len(known), "by themselves, too, not only as parts of longer pieces"
    assert max(map(len, map(PIECE.findall, counted))) <= unspaced.LONGEST
    assert sum(counted.values()) < 0.75 * len(PIECE.findall("".join(passages))), "more than letters"


@pytest.mark.parametrize("script", LEXICA)
def test_the_same_text_gives_the_same_pieces(script):
    passages = text(LEXICA[script]).split("\n\n")
    one, other = unspaced.cutter(passages), unspaced.cutter(passages)
    assert [one(line) for line in passages] == [other(line) for line in passages]


def test_what_stands_beside_a_run_is_read_as_ever():
    passages = text(LEXICA["Chinese"]).split("\n\n")
    cut = unspaced.cutter(passages)
    assert words("The KING’s 国王 don't！孩子2", cut) == ["the", "king's", "国王", "don't", "孩子", "2"]
    assert words("plain words", cut) == ["plain", "words"] and words("élan", cut) == ["élan"]
    assert words("鿿国", cut) == ["鿿", "国"], "a letter that the text never had stands alone"


def test_a_few_letters_teach_nothing():
    few = text(LEXICA["Chinese"]).split("\n\n")[:20]
    assert unspaced.cutter(few) is None and unspaced.cutter(["all is plain"]) is None
    assert words("国王", None) == ["国", "王"]


def test_an_own_text_has_pieces_as_words_and_a_key_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    name = texts.keep(read_text(text(LEXICA["Thai"]).encode()))
    made = corpus(name, 5)
    assert {"แมว", "สุนัข", "โรงเรียน"} <= set(made.words)
    fingerprint = texts.load(name).fingerprint
    texts._load.cache_clear()
    monkeypatch.setattr(unspaced, "LEAST", 10**9)
    assert texts.load(name).fingerprint != fingerprint, "models that were trained on other words are others"
    texts._load.cache_clear()


def test_letters_behind_the_sample_stand_alone(monkeypatch):
    monkeypatch.setattr(unspaced, "SAMPLE", 2_000)
    passages = [*text(LEXICA["Thai"]).split("\n\n"), "ກິນ"]
    cut = unspaced.cutter(passages)
    assert cut("ກິນ") == PIECE.findall("ກິນ") and "".join(cut(passages[0])) == passages[0]
