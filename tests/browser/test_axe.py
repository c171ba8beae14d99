"""The check of accessibility sees what is wrong, and what the lab mends of Streamlit's own elements."""

from __future__ import annotations

import pytest

from core.server import bundle
from tests.helpers import axe
from tests.helpers.readable import FAINT, UNTOLD

pytestmark = pytest.mark.browser
SIDEBAR = """<ul data-testid="stSidebarNavItems"><li><a href="#a">Start</a></li>
  <div><header>Section</header><li><a href="#b">Lesson</a></li></div></ul>"""
UPLOAD = """<section data-testid="stFileUploaderDropzone" role="presentation" aria-label="A file" tabindex="-1">
  <button>Browse</button></section>"""
CHART = """<div data-testid="stVegaLiteChart"><svg role="graphics-document" aria-label="A chart">
  <g role="graphics-symbol"></g><g role="graphics-object" aria-hidden="true"><path aria-label="1" role="img"/></g></svg></div>"""
CODE = """<div data-testid="stCode"><pre style="width: 60px; overflow: auto">{}</pre></div>"""
PAGE = f"""<!doctype html><html lang="en"><title>x</title><nav>{SIDEBAR}</nav>
  <main data-testid="stMain"><h1>Lesson</h1><h3>Measured</h3><h3>Measured again</h3>{UPLOAD}{CHART}
  {CODE.format("much too long a line for it")}{CODE.format("x")}</main></html>"""
FOUND = [
    "heading-order",
    "list",
    "listitem",
    "presentation-role-conflict",
    "scrollable-region-focusable",
    "svg-img-alt",
]


def rules(page) -> list[str]:
    return sorted({found.split(":")[0] for found in axe.violations(page)})


def test_another_theme_is_asked_for_its_colours_alone(tab):
    page = tab(fresh=True)
    page.set_content("""<title>x</title><main style='background: #fff'><h1 style='color: #eee'>faint</h1><img src='data:,'>
        <p>Words around <a href="#a" style="color: #111; text-decoration: none">a link</a> and more of them.</p></main>""")
    contrast = [axe.CONTRAST] if axe.CONTRAST in axe.COLOURS else []
    assert rules(page) == [*contrast, "html-has-lang", "image-alt", "link-in-text-block"]
    *_, found = axe.violations(page, theme=True)
    assert found.startswith("link-in-text-block: a | <a"), "and where it is"
    assert page.evaluate(FAINT)["faint"] == ["1.16 faint"], "which is asked in each theme"
    assert not any(found.startswith(axe.CONTRAST) for found in axe.violations(page, again=True))


def test_what_streamlit_lacks_is_found_and_mended(tab):
    page = tab(fresh=True)
    page.set_content(PAGE)
    assert rules(page) == FOUND
    script, [known_as] = bundle.code("roles")
    page.add_script_tag(content=f"{script}\nconst host = document.createElement('div').attachShadow({{ mode: 'open' }})\n"
        f"const part = globalThis[Symbol.for('latent-lab')].get('{known_as}')\npart.waiting.set(host, {{}})\npart.run()")  # fmt: skip
    assert rules(page) == []
    levels = page.locator("h3").evaluate_all("all => all.map((one) => one.getAttribute('aria-level'))")
    assert levels == ["2", "2"] and page.locator("pre[tabindex='0']").count() == 1
    assert page.locator("[role=graphics-object][aria-hidden]").count() == 0, "what has marks by now is told"
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', `" + CHART + "`)")
    page.set_viewport_size({"width": 500, "height": 400})
    page.locator("pre").nth(1).evaluate("pre => { pre.textContent += ' which is too long'; pre.style.height = '90px' }")
    assert rules(page) == [], "what comes later is mended, too"


def test_a_picture_without_words_is_found(tab):
    page = tab(fresh=True)
    page.set_content("""<canvas id="a"></canvas><canvas id="b" role="img" aria-label="b" aria-describedby="w"></canvas>
        <canvas role="img" aria-label="c"></canvas><canvas aria-hidden="true"></canvas><p id="w"></p>""")
    assert [found[:14] for found in page.evaluate(UNTOLD)] == ['<canvas id="a"', '<canvas id="b"']
    page.evaluate("document.querySelector('p').textContent = 'words'")
    assert len(page.evaluate(UNTOLD)) == 1
