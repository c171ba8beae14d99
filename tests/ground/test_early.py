"""Which files a page's document names, so that the code of widgets comes while the page is still starting."""

from __future__ import annotations

from pathlib import Path

import streamlit

from core.server import early

STATIC = Path(streamlit.__file__).parent / "static"


def streamlit_of(folder: Path, **scripts: str) -> Path:
    """A folder as Streamlit has it; scripts: file name without .js, underscores for dots -> code."""
    (folder / "static" / "js").mkdir(parents=True)
    (folder / "index.html").write_text('<script type="module" crossorigin src="./static/js/index.a.js"></script>')
    for name, code in scripts.items():
        (folder / "static" / "js" / f"{name.replace('_', '.')}.js").write_text(code)
    return folder


def test_files_of_widgets_are_named_with_what_they_import_and_without_what_the_document_asks_for(tmp_path):
    static = streamlit_of(
        tmp_path,
        index_a='import{a}from"./shared.b.js";const late=()=>import("./Button.c.js")',
        shared_b="",
        Button_c='import{a as b}from"./shared.b.js";import"./own.d.js";import("./never.e.js")',
        own_d='export{x}from"./deep.f.js"',
        deep_f='import"./own.d.js"',
        never_e="",
    )
    assert early.files(static) == ("Button.c.js", "own.d.js", "deep.f.js")


def test_without_files_where_streamlit_is_laid_out_otherwise(tmp_path):
    assert early.files(tmp_path / "nowhere") == ()
    (tmp_path / "index.html").write_text("<html></html>")
    assert early.files(tmp_path) == ()
    assert early.files(streamlit_of(tmp_path / "cut", index_a="", Button_c='import"./lost.d.js"')) == ()


def test_the_installed_streamlit_has_them():
    names = early.files(None)
    assert len(names) > 20 and {name.split(".")[0] for name in names} >= set(early.WIDGETS)
    assert all((STATIC / "static" / "js" / name).is_file() for name in names)
    first = f"</static/js/{names[0]}>; rel=modulepreload, </static/js/{names[1]}>; rel=modulepreload, "
    assert early.header("").decode().startswith(first)
    assert early.header("lab").decode().startswith("</lab" + first[1:60])
    assert len(early.header("lab")) < 6_000, "servers in between take 8 kB of headers"
