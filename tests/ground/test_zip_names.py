"""Names of folders in zips that are no Unicode: read as they were meant, and never split inside of a letter."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.data import old_pages, zip_names, zip_table
from core.data.read_zip import Folder, read_folder


def png(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


PNGS = [png(seed) for seed in range(48)]


def zipped(names: list[bytes], flags: int = 0, extras: dict[bytes, bytes] | None = None) -> bytes:
    """A zip of that many pictures, with these bytes as names, written by hand."""
    files, table = b"", b""
    for name, content in zip(names, PNGS, strict=False):
        extra = (extras or {}).get(name, b"")
        common = struct.pack("<5H3I", 20, flags, 0, 0, 33, zlib.crc32(content), len(content), len(content))
        entry = (
            b"PK\x01\x02"
            + struct.pack("<H", 20)
            + common
            + struct.pack("<5H2I", len(name), len(extra), 0, 0, 0, 0, len(files))
        )
        table += entry + name + extra
        files += b"PK\x03\x04" + common + struct.pack("<2H", len(name), 0) + name + content
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(names), len(names), len(table), len(files), 0)
    return files + table + end


def names_of(folders: list[bytes], separator: bytes = b"/") -> list[bytes]:
    """40 names of files or more, as many in each folder."""
    return [separator.join((folder, b"%02d.png" % i)) for i in range(-(-40 // len(folders))) for folder in folders]


def classes(folder: Folder) -> set[str]:
    return set(folder.raw.classes)


WORDS = {
    "cp932": ("Shift-JIS", ["猫 犬 鳥", "ソファー 表 机", "十 予定 能力 構成", "りんご みかん ぶどう", "自動車 自転車", "写真 新しいフォルダー", "ﾈｺ ネコ ﾄﾘ トリ"]),
    "gbk": ("GBK", ["猫 狗 鸟", "苹果 香蕉", "汽车 自行车", "照片 新建文件夹", "训练 桌子 椅子", "马 牛 羊", "正常 异常", "誠 乗 嘰 正常"]),
    "big5": ("Big5", ["貓 狗 鳥", "蘋果 香蕉", "功 許 蓋 枯", "照片 新增資料夾", "台北 高雄", "馬 牛 羊", "正常 異常"]),
    "euc_kr": ("EUC-KR", ["고양이 개 새", "사과 바나나", "자동차 자전거", "사진 꽃", "서울 부산", "말 소 양", "정상 비정상"]),
    "cp866": ("CP866", ["кошки собаки", "Кошки Собаки", "КОШКИ СОБАКИ", "Новая папка", "кот пёс", "люди машины"]),
    "cp850": ("CP850", ["Hündinnen Kätzchen", "Äpfel Bäume", "épée église", "niño año", "gatos cães maçãs", "smørrebrød Øl", "ærø ål ØRE"]),
    "cp1251": ("Windows-1251", ["кошки собаки", "Кошки Собаки", "Новая папка"]),
    "cp1252": ("Windows-1252", ["Hündinnen Kätzchen", "épée église", "niño año"]),
    "cp852": ("CP852", ["jabłka gruszki", "Żółw łódź", "kutyák őz"]),
    "cp737": ("CP737", ["γάτες σκύλοι πουλιά", "Γάτα Σκύλος"]),
    "cp1255": ("Windows-1255", ["חתול כלב ציפור"]),
    "cp1256": ("Windows-1256", ["قطة كلب طائر", "گربه سگ پرنده"]),
}  # fmt: skip
CASES = [(codec, words) for codec, (_, lists) in WORDS.items() for words in lists]


@pytest.mark.parametrize(("codec", "words"), CASES, ids=[f"{codec} {words.split()[0]}" for codec, words in CASES])
def test_names_in_an_old_code_page_are_read_in_it_and_the_page_is_named(codec, words):
    words = words.split()
    folder = read_folder(zipped(names_of([word.encode(codec) for word in words])))
    assert classes(folder) == set(words)
    (note,) = folder.notes
    assert note.startswith("Names in the zip that are not Unicode were read as ") and WORDS[codec][0] in note


@pytest.mark.parametrize(("codec", "words"), [("cp932", "表 裏"), ("big5", "功 許"), ("gbk", "猫\\狗 嘰")])
def test_a_second_byte_of_5c_is_no_separator(codec, words):
    folders = [word.encode(codec) for word in words.replace("\\", " ").split()]
    assert any(b"\\" in folder for folder in folders)
    for root in (b"", b"x/", b"x\\"):
        for separator in (b"/", b"\\"):
            names = names_of([root + folder for folder in folders], separator)
            assert classes(read_folder(zipped(names))) == set(words.replace("\\", " ").split())


def test_each_letter_with_a_second_byte_of_5c_keeps_its_folder():
    for codec, common in (("cp932", range(0x88, 0x98)), ("cp950", range(0xA4, 0xC7))):
        signs = [bytes([lead, 0x5C]).decode(codec, "ignore") for lead in common]
        signs = [sign for sign in signs if len(sign) == 1 and sign != "\\"][:12]
        assert len(signs) == 12 and classes(
            read_folder(zipped(names_of([sign.encode(codec) for sign in signs])))
        ) == set(signs)


def unicode_path(name: bytes, text: bytes, version: int = 1, checksum: int | None = None) -> bytes:
    field = struct.pack("<BI", version, zlib.crc32(name) if checksum is None else checksum) + text
    return struct.pack("<HH", 0x5455, 1) + b"\0" + struct.pack("<HH", 0x7075, len(field)) + field


def test_the_field_for_unicode_names_comes_first():
    names = names_of([b"\x94L", b"???"])  # a cat in Shift-JIS, and what could not be written in it
    texts = {name: name.replace(b"\x94L", "猫".encode()).replace(b"???", "🐶犬".encode()) for name in names}
    folder = read_folder(zipped(names, extras={name: unicode_path(name, text) for name, text in texts.items()}))
    assert classes(folder) == {"猫", "🐶犬"} and folder.notes == ()


@pytest.mark.parametrize("field", [{"checksum": 7}, {"version": 2}, {"text": b"\xff\xfe"}, {"text": b""}])
def test_a_field_for_another_name_or_a_broken_one_is_not_believed(field):
    names = names_of(["кошки".encode("cp866"), "собаки".encode("cp866")])
    text = field.pop("text", b"x/y.png")
    folder = read_folder(zipped(names, extras={name: unicode_path(name, text, **field) for name in names}))
    assert classes(folder) == {"кошки", "собаки"} and len(folder.notes) == 1


@pytest.mark.parametrize("flags", [0, 0x800])
def test_utf_8_is_utf_8_whether_it_is_marked_or_not(flags):
    words = {"猫", "собаки", "épée", "ソ表", "功"}
    folder = read_folder(zipped(names_of(sorted(word.encode() for word in words)), flags))
    assert classes(folder) == words and folder.notes == ()


def test_a_mark_of_utf_8_that_lies_is_not_believed():
    folder = read_folder(zipped(names_of([word.encode("cp932") for word in ("猫", "ソファー", "表")]), 0x800))
    assert classes(folder) == {"猫", "ソファー", "表"}


def test_names_that_are_utf_8_by_chance_are_read_as_the_others():
    words = ["通", "训", "移动", "电信", "猫咪"]
    assert all(word.encode("gbk").decode("utf-8") for word in words[:2])
    assert classes(read_folder(zipped(names_of([word.encode("gbk") for word in words])))) == set(words)


def test_one_broken_name_does_not_condemn_the_others():
    names = names_of([word.encode("cp932") for word in ("自動車", "自転車")])
    found = classes(read_folder(zipped([*names, b"\xff\xff\x80/x.png"])))
    assert {"自動車", "自転車"} < found and len(found) == 3
    mixed = [*names_of(["ужин".encode(), "обед".encode()]), "Hündin/x.png".encode("cp850")]
    assert classes(read_folder(zipped(mixed))) == {"ужин", "обед", "Hündin"}


def test_ascii_needs_no_page(monkeypatch):
    monkeypatch.setattr(old_pages, "page_of", None)
    assert classes(read_folder(zipped(names_of([b"cats", b"dogs"])))) == {"cats", "dogs"}


def test_millions_of_letters_in_names_are_looked_at_in_part(monkeypatch):
    looked = []
    sign = old_pages._sign
    monkeypatch.setattr(old_pages, "_sign", lambda letters, s: looked.append(s) or sign(letters, s))
    names = [b"%d" % i + "кошка".encode("cp866") * 400 for i in range(500)]
    members = [zip_table.Member(name, b"", 0, 0, 0, 0, 0, 0) for name in names]
    texts, said = zip_names.texts(members)
    assert texts[7] == "7" + "кошка" * 400 and "CP866" in said
    assert len(looked) <= 22 * 300 * 100
