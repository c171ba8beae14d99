"""ES modules as one script, and how often that script reaches a browser."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.course import LESSONS
from core.lessons.attention import parts
from core.lessons.bottleneck import latent_map
from core.lessons.contrastive import embedding_map
from core.server import bundle, scripts
from core.server.bundle import BadModule, Script, code
from core.ui.components import roles
from core.ui.components.source import family
from core.ui.lesson import import_all

COMPONENTS = sorted(p.name for p in bundle.ASSETS.iterdir() if (p / f"{p.name}.js").is_file())
FAMILIES = (parts.VIEW.together, latent_map._PLANE.together, embedding_map._CLOUD.together)
SCRIPTS = [*FAMILIES, *((name,) for name in COMPONENTS if name not in sum(FAMILIES, ()))]


def script(folder: Path, **modules: str) -> Script:
    """The script of module `entry`."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    made = Script()
    made.add(folder / "entry.js")
    return made


def run(made: Script, expression: str) -> object:
    """What the expression gives behind the script, in node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    out = subprocess.run(
        [node, "--input-type=module", "-e", f"{made}\nconsole.log(JSON.stringify({expression}))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(out.stdout)


def test_modules_keep_their_names_to_themselves(tmp_path):
    """Two modules with the same inner name, a renamed import, a default, and one module that two others import."""
    made = script(
        tmp_path,
        entry='import { one } from "./left.js"\nimport {\n  two,\n  twice as both,\n} from "./right.js"\n'
        "const secret = 5\nexport default class Entry { static all = [one(), two, both(secret)] }\n",
        left='import { count } from "./shared.js"\nconst secret = 1\nexport function one() { return secret + count }\n',
        right='import { count } from "./shared.js"\nconst secret = 2\nexport const two = secret + count\n'
        "/**\n * export const not = 1\n */\nexport const twice = (x) => 2 * x // export this\n",
        shared="export const count = 10\n",
    )
    assert [path.stem for path in made.modules] == ["shared", "left", "right", "entry"]
    assert "secret" in str(made) and "export" not in str(made).replace("// export this", "")
    assert run(made, "m3.default.all") == [11, 12, 10]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('import x from "./other.js"\n', "cannot be put"),
        ('import * as x from "./other.js"\n', "cannot be put"),
        ('import "./other.js"\n', "cannot be put"),
        ('import { a } from "elsewhere"\n', "cannot be put"),
        ("export let a = 1\n", "cannot be put"),
        ("export { a }\n", "cannot be put"),
        ("export default function () {}\n", "cannot be put"),
        ('export * from "./other.js"\n', "cannot be put"),
        ('import { b } from "./other.js"\n', "does not export"),
        ('import { a } from "./missing.js"\n', "no module"),
        ('import { a } from "./entry.js"\nexport const a = 1\n', "imports itself"),
    ],
)
def test_what_cannot_be_put_into_one_script_is_said(tmp_path, text, word):
    with pytest.raises(BadModule, match=word):
        script(tmp_path, entry=text, other="export const a = 1\n")


def test_a_comment_goes_and_what_looks_like_one_stays(tmp_path):
    made = script(
        tmp_path,
        entry="// gone\nexport const a = 1 // stays\n  /** gone */\n/** @type {any} */ export_(2)\n"
        'function export_(x) { return `${x}/** stays */` }\nexport const b = "//stays"\n',
    )
    assert "gone" not in str(made) and str(made).count("stays") == 3 and "export_(2)" in str(made)


@pytest.mark.parametrize("names", SCRIPTS, ids=" ".join)
def test_every_component_is_in_a_script_that_node_understands(names, tmp_path):
    text, known_as = code(*names)
    assert [known.rsplit("-", 1)[0] for known in known_as] == list(names)
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    file = tmp_path / "script.mjs"
    file.write_text(text)
    subprocess.run([node, "--check", file], check=True)


def test_a_family_is_one_script_in_which_each_has_its_own_markup_and_style():
    text, known_as = code("patch_painter", "sketch_pad")
    assert text.count(".register(") == 2 and text.count("class Desk") == 1, "what both import is there once"
    calls = {known: call for known in known_as for call in text.splitlines() if f'register("{known}"' in call}
    assert set(calls) == set(known_as)
    assert [sum(f'class=\\"{root}' in call for call in calls.values()) for root in ("painter", "pad")] == [1, 1]
    painter, pad = family("patch_painter", "sketch_pad")
    assert painter.together == pad.together == ("patch_painter", "sketch_pad")


def test_another_version_of_the_code_has_another_name(monkeypatch, tmp_path):
    shutil.copytree(bundle.ASSETS / "kit", tmp_path / "kit")
    shutil.copytree(bundle.ASSETS / "sketch_pad", tmp_path / "sketch_pad")
    monkeypatch.setattr(bundle, "ASSETS", tmp_path)
    names = set()
    for part, text in (("", ""), ("js", "\nconst more = 1\n"), ("html", "<p></p>"), ("css", "p { margin: 0 }")):
        if part:
            file = tmp_path / "sketch_pad" / f"sketch_pad.{part}"
            file.write_text(file.read_text() + text)
        names.add(code.__wrapped__("sketch_pad")[1])
    assert len(names) == 4


def pad():
    import numpy as np
    import streamlit as st

    from core.ui.components.sketch_pad import Paper, sketch_pad
    from core.ui.components.tiles import Answer

    st.session_state.runs = st.session_state.get("runs", 0) + 1
    sketch_pad(Paper(np.zeros((4, 4), np.uint8)), Answer((), f"{st.session_state.runs}"), key="pad")


def protos(at: AppTest) -> dict:
    return {element.key: element.proto for element in at.get("bidi_component")}


def test_a_mount_is_small_and_names_the_file_of_its_code():
    at = AppTest.from_function(pad).run()
    first = protos(at)["pad"]
    second = protos(at.run())["pad"]
    assert first.json != second.json and first.js_content == second.js_content
    assert len(first.js_content) < 1000 and not first.html_content and not first.css_content
    text, [known_as] = code("sketch_pad")
    found = scripts.find(get(f"/code/{known_as}.js"), f"/code/{known_as}.js")
    assert f'"code/{known_as}.js"' in first.js_content and known_as in text
    assert found and found.plain.decode() == text and found.packed and gzip.decompress(found.kept) == found.plain


def test_every_component_of_the_course_has_a_file():
    for lesson in LESSONS:
        import_all(lesson.slug)
    assert roles.roles  # and this one is of every page
    files = {name.rsplit("-", 1)[0] for name in scripts._files}
    assert files >= {names[0] for names in SCRIPTS}


def test_where_the_file_does_not_come_the_code_is_mounted_beside_it():
    """The browser says so with a trigger; other components are left alone."""
    at = AppTest.from_function(pad).run()
    assert set(protos(at)) == {"pad"}
    [known_as] = code("sketch_pad")[1]
    at.session_state[f"_code/{known_as}.js"] = True  # as `_misses` does
    first = protos(at.run())
    second = protos(at.run())
    assert set(first) == {"pad", "pad/code"} and first["pad/code"] == second["pad/code"]
    assert first["pad/code"].js_content.startswith(code("sketch_pad")[0])


def get(path: str, method: str = "GET") -> dict:
    return {"type": "http", "method": method, "path": path, "headers": []}


@pytest.mark.parametrize(
    "path", ["/code/", "/code/x.js", "/code/../app.py", "/code/a/b.js", "/code/sketch_pad.js", "/x"]
)
def test_no_other_path_has_a_file(path):
    assert scripts.find(get(path), path) is None


def test_shortcuts_of_letters_work_on_every_layout():
    """A Cyrillic layout writes another letter: kit/dom.js looks at the key's place then, and nobody else looks at letters."""
    letter = re.compile(r"""event\.key(\.toLowerCase\(\))? === ["'][a-zA-Z]["']|event\.key\.toLowerCase\(""")
    assert letter.search('held && event.key.toLowerCase() === "z"') and not letter.search('event.key === "Escape"')
    files = [
        path for path in bundle.ASSETS.rglob("*.js") if "node_modules" not in path.parts and ".test" not in path.name
    ]
    assert len(files) > 100
    assert [str(path) for path in files if letter.search(path.read_text(encoding="utf-8"))] == []
