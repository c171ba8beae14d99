"""What a link shows: a page's screen as a list of facts, in AppTest, and how two screens differ.

A fact is a kind and a line of text: ("header", "This model"), ("widget", "selectbox “Seed” = 0 of 0 to 9999"). Where a fact
stands on the page does not count, so that the parts of a page may move. Facts are read from what Streamlit sends, never
from the modules of the lab. What is between ⟨ and ⟩ is exact to the byte and holds on one machine alone: hashes of
pictures, charts and messages. `lean` leaves it out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html.parser
import io
import itertools
import json
import re
import struct
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds for a page, or for the work that it waits for; far more than it takes, for a busy machine
WAITING = ("progress", "spinner")  # elements of a page whose answer is still computed
MEANWHILE = "all else works meanwhile"  # how a page says so where it has no progress to show
MOST_OPTIONS = 12  # of a menu that are listed
LISTED_ROWS = 4  # of a table, or of what a component is given
BRIEF = 100  # letters of a line that are kept

Fact = tuple[str, str]
WIRE = "wire"  # kind of what browser and server say to each other: it may change where the screen does not
MACHINE_ALONE = frozenset({WIRE, "key", "help"})  # kinds that `lean` leaves out
_PROTOCOL = frozenset(
    {"puts", "fills", "stamp", "seen", "heard", "digest", "result_id", "revision", "link", "key", "follows", "parts", "id"}
)  # fmt: skip
_URI = re.compile(r"data:image/[a-z+.-]+;base64,([A-Za-z0-9+/=]+)")
_DEFINES = re.compile(r"^(?:def|class) \w+", re.MULTILINE)
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
_EXACT = re.compile(r"\s*⟨[^⟩]*⟩")


def open_link(slug: str, query: Mapping[str, str]) -> AppTest:
    """The page of a lesson as a link opens it in a new session, after all that it computes in the background."""
    at = AppTest.from_file(str(ROOT / "core" / "ui" / "router.py"), default_timeout=PATIENCE)
    at.query_params.update(query)
    at.switch_page(f"../../pages/{slug}.py")
    return at.run()


def facts(at: AppTest) -> list[Fact]:
    """All facts of a page that was run, in page order. It is run once more, as browsers do after the first paint, and where
    something is computed in the background until that is there. What is said about the link is said once, in any of the runs."""
    notes: dict[Fact, None] = {}
    end = time.monotonic() + PATIENCE
    for run in itertools.count():
        found = _of_page(at)
        notes |= dict.fromkeys(fact for fact in found if fact[0] == "note")
        waiting = [fact for fact in found if _waits(fact)]
        if run and not waiting:
            return [*notes, *(fact for fact in found if fact[0] != "note")]
        if time.monotonic() > end:
            raise TimeoutError(f"the page still waits: {waiting}")
        if waiting:
            time.sleep(0.2)
        at.run()
    raise AssertionError("itertools.count has no end")


def address(at: AppTest) -> dict[str, str]:
    """The parameters in the address bar after the run."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in sorted(at.query_params.items())}


def lean(found: Sequence[Fact]) -> list[Fact]:
    """The facts that hold on every machine, without what only browser and server know. Of a long line what it begins with
    stays, and a hash of all its words; the numbers in its rest do not count."""
    return [(kind, _brief(_EXACT.sub("", text))) for kind, text in found if kind not in MACHINE_ALONE]


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF + 20 else f"{text[:BRIEF]}… {_hash(_FIGURES.sub('#', text))}"


def differences(expected: Sequence[Fact], found: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    """What is missing of `expected`, and what came instead. Order does not count; measured numbers may differ by one in
    their last digit, as they do from one processor to another."""
    missing, extra = Counter(expected), Counter(found)
    missing, extra = missing - extra, extra - missing
    alike: dict[Fact, list[str]] = defaultdict(list)
    for kind, text in extra.elements():
        alike[kind, _NUMBER.sub("#", text)].append(text)
    gone = []
    for kind, text in missing.elements():
        others = alike[kind, _NUMBER.sub("#", text)]
        match = next((other for other in others if _as_near(text, other)), None)
        if match is None:
            gone.append((kind, text))
        else:
            others.remove(match)
    return gone, [(kind, text) for (kind, _), texts in alike.items() for text in texts]


# Numbers ---------------------------------------------------------------------------------------------------------

_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?(?: ?%)?|\.\d+")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?: ?%| digits\b| ×)?|\.\d+")


def _as_near(one: str, other: str) -> bool:
    """Whether the numbers of two texts that are otherwise the same differ by rounding alone."""
    return all(map(_same_number, _NUMBER.findall(one), _NUMBER.findall(other)))


def _same_number(one: str, other: str) -> bool:
    """One unit of the last digit, for what is measured: shares in per cent, numbers of digits that agree, factors (2.4 ×), and
    numbers with digits after the point. With one such digit it may also be a name (head 1.2), so the unit must be small beside
    the number."""
    if one == other:
        return True
    (a, digits, share), (b, others, shared) = map(_read_number, (one, other))
    if digits != others or not (digits or share) or share != shared:
        return False
    off = abs(a - b)
    return off < 1.01 * 10.0**-digits and (share or digits > 1 or off <= 0.025 * max(a, b))


def _read_number(text: str) -> tuple[float, int, bool]:
    """The number, its digits after the point, and whether it is a share in per cent, a number of digits or a factor."""
    plain = text.removesuffix(" digits").rstrip(" %×").replace(",", "")
    return float(plain), len(plain.partition(".")[2]), text.endswith(("%", " digits", " ×"))


# The page --------------------------------------------------------------------------------------------------------


def _waits(fact: Fact) -> bool:
    return fact[0] in WAITING or (fact[0] == "info" and MEANWHILE in fact[1])


def _of_page(at: AppTest) -> list[Fact]:
    return [(kind, text) for kind, text in _walk(at._tree) if text]


def _walk(node: Any) -> Iterator[Fact]:
    for child in getattr(node, "children", {}).values():
        reader = READERS.get(child.type)
        if reader is not None:
            yield from reader(child)
        elif child.type not in _LAYOUT:
            yield "other", child.type
        yield from _walk(child)


def _text(node: Any) -> Iterator[Fact]:
    yield node.type, _plain(node.value)
    yield "help", getattr(node.proto, "help", "")


def _alert(node: Any) -> Iterator[Fact]:
    yield "note" if node.icon == ":material/link:" else node.type, _plain(node.value)


def _html(node: Any) -> Iterator[Fact]:
    reader = _Html()
    reader.feed(node.proto.body)
    if text := _plain(" ".join(reader.parts)):
        yield "html", f"{text} ⟨{_hash(_STYLE.sub('', node.proto.body))}⟩"


def _code(node: Any) -> Iterator[Fact]:
    source = node.value.strip()
    if of_the_lab := _DEFINES.search(source):  # which function it is
        yield "code", f"{of_the_lab[0]} ⟨{_hash(source)}⟩"
    else:
        yield "code", source


def _metric(node: Any) -> Iterator[Fact]:
    yield "metric", f"{node.label} = {node.value} {node.delta}".strip()


def _label(node: Any) -> Iterator[Fact]:
    proto = node.proto.popover if node.type == "popover" else node.proto
    opened = " (open)" if getattr(proto, "expanded", False) else ""
    yield "block", f"{node.type} “{proto.label}”{opened}"


def _progress(node: Any) -> Iterator[Fact]:
    yield node.type, node.proto.text or "…"


def _page_link(node: Any) -> Iterator[Fact]:
    yield "page_link", f"{node.proto.label} to {node.proto.page}"


# Widgets ---------------------------------------------------------------------------------------------------------


def _widget(node: Any) -> Iterator[Fact]:
    """Label, value, what else could be chosen, and whether it can be used."""
    proto, kind = node.proto, node.type
    parts = [f"{kind} “{_plain(proto.label) or proto.help}”"]
    if kind not in ("button", "download_button", "file_uploader"):
        parts.append(f"= {_shown(node.value)}")
    if kind in ("number_input", "slider"):
        parts.append(f"of {node.min:g} to {node.max:g}")
    elif options := [_plain(str(option)) for option in getattr(node, "options", ())]:
        parts.append(f"of {_listed(options)}")
    if getattr(proto, "placeholder", ""):
        parts.append(f"or “{proto.placeholder}”")
    if proto.disabled:
        parts.append("(disabled)")
    yield "widget", " ".join(parts)
    yield "help", f"{proto.label}: {proto.help}" if proto.help and proto.label else ""
    yield "key", f"{kind} {_user_key(proto.id)}"


def _user_key(identity: str) -> str:
    """The key that the page gave a widget, out of the identity that Streamlit makes of it."""
    return identity.split("-", 2)[-1]


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value:.6g}" if isinstance(value, float) else _plain(str(value))


def _listed(options: Sequence[str]) -> str:
    if len(options) <= MOST_OPTIONS:
        return " | ".join(options)
    return f"{len(options)}: {options[0]} | {options[1]} | … | {options[-1]} ⟨{_hash('|'.join(options))}⟩"


# Charts and tables -----------------------------------------------------------------------------------------------


def _chart(node: Any) -> Iterator[Fact]:
    """Titles of a chart and its axes, and how many rows each of its data sets has."""
    spec = json.loads(node.proto.spec)
    tables = [_arrow(part.data) for part in node.proto.datasets] + [_arrow(node.proto.data)]
    tables = [table for table in tables if table is not None]
    inline = [*spec.get("datasets", {}).values(), *(v["values"] for v in _find(spec, "data") if "values" in v)]
    rows = [table.to_pylist() for table in tables] + inline
    drawn = {name: value for name, value in spec.items() if name not in ("config", "datasets", "data")}
    titles = dict.fromkeys(_plain(t if isinstance(t, str) else str(t.get("text"))) for t in _find(drawn, "title") if t)
    marks = dict.fromkeys(m if isinstance(m, str) else m.get("type", "") for m in _find(drawn, "mark"))
    counts = ", ".join(str(len(some)) for some in rows)
    digest = _hash(json.dumps([spec, _rounded(rows)], sort_keys=True, default=str))
    yield "chart", f"{' · '.join(titles)} ({', '.join(marks)}; rows {counts}) ⟨{digest}⟩"


def _find(value: Any, name: str) -> Iterator[Any]:
    """Every value of that name in nested dicts and lists."""
    if isinstance(value, dict):
        if isinstance(found := value.get(name), str | dict):
            yield found
        for inner in value.values():
            yield from _find(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _find(inner, name)


def _arrow(message: Any) -> pa.Table | None:
    content = message if isinstance(message, bytes) else message.data
    content = content if isinstance(content, bytes) else content.data
    return pa.ipc.open_stream(content).read_all() if content else None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return {key: _rounded(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _table(node: Any) -> Iterator[Fact]:
    frame = node.value
    yield "table", f"{', '.join(map(str, frame.columns))} ({len(frame)} rows) ⟨{_hash(frame.round(4).to_csv())}⟩"
    for _, row in frame.head(LISTED_ROWS).iterrows():
        yield "row", " | ".join(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row)


# Components ------------------------------------------------------------------------------------------------------


def _component(node: Any) -> Iterator[Fact]:
    """What a component is given, value by value, under the innermost name: a message may wrap them in others."""
    proto = node.proto
    yield "key", f"component {proto.component_name} {_user_key(proto.id)}"
    for name, value in _message(proto):
        if name in _PROTOCOL:
            yield WIRE, f"{name} = {value}"
        else:
            yield "component", f"{name} = {value}"


def _message(proto: Any) -> Iterator[Fact]:
    if proto.json:
        yield from _leaves("", json.loads(proto.json))
    if proto.mixed.json:
        yield from _leaves("", json.loads(proto.mixed.json))
        for blob in proto.mixed.arrow_blobs.values():
            yield "arrow", f"{_arrow(blob).num_rows} rows ⟨{_hash(blob.data)}⟩"
    if len(proto.arrow_data.data):
        yield "arrow", f"{_arrow(proto.arrow_data).num_rows} rows ⟨{_hash(proto.arrow_data.data)}⟩"
    if proto.bytes:
        header, body = _unpacked(proto.bytes)
        yield from _leaves("", header)
        yield "bytes", f"⟨{len(body):,} {_hash(body)}⟩"


def _unpacked(message: bytes) -> tuple[Any, bytes]:
    """Header and body of a message: the header's length (uint32), the header in JSON, and the rest."""
    (length,) = struct.unpack("<I", message[:4]) if len(message) > 4 else (0,)
    try:
        return json.loads(message[4 : 4 + length]), message[4 + length :]
    except ValueError:
        return {}, message


def _leaves(name: str, value: Any) -> Iterator[Fact]:
    if isinstance(value, dict):
        for inner, found in value.items():
            yield from _leaves(inner, found)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        lines = [" · ".join(f"{leaf} {text}".strip() for leaf, text in _leaves("", inner)) for inner in value]
        for line in lines[:LISTED_ROWS]:  # of a row or a tile all values in one line
            yield name, line
        if rest := lines[LISTED_ROWS:]:
            yield name, f"{len(rest)} more ⟨{_hash(str(rest))}⟩"
    else:
        yield name, _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and (uri := _URI.fullmatch(value)):
        return _picture(uri[1])
    if isinstance(value, str) and len(value) > 400 and re.fullmatch(r"[A-Za-z0-9+/=_-]+", value):
        return f"base64 ⟨{len(value):,} {_hash(value)}⟩"
    text = json.dumps(_short(value), ensure_ascii=False) if not isinstance(value, str) else _plain(value)
    return text


def _short(value: Any) -> Any:
    """Floats with three digits."""
    if isinstance(value, float):
        return float(f"{value:.3g}")
    return [_short(inner) for inner in value] if isinstance(value, list) else value


# Text and pictures -----------------------------------------------------------------------------------------------


class _Html(html.parser.HTMLParser):
    """Collects what a person or a screen reader gets of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script")
        for name, value in attrs:
            if name in ("alt", "title", "aria-label") and value:
                self.parts.append(f"[{value}]")
            if name == "src" and (uri := _URI.fullmatch(value or "")):
                self.parts.append(f"[{_picture(uri[1])}]")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _picture(encoded: str) -> str:
    """Size and brightness of a picture; what it is exactly is its pixels, not how they were packed."""
    try:
        image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    except (binascii.Error, OSError):
        return "a picture that cannot be read"
    pixels = image.tobytes()
    return f"picture {image.width}×{image.height}, {100 * sum(pixels) / (255 * len(pixels)):.0f} % bright ⟨{_hash(pixels)}⟩"


def _hash(content: str | bytes) -> str:
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return hashlib.blake2b(raw, digest_size=5).hexdigest()


# Elements that say nothing by themselves, and for each other type of element what reads it.
_LAYOUT = (
    "main", "sidebar", "event", "bottom", "column", "flex_container", "horizontal", "vertical", "container",
    "tab_container", "empty", "space",
)  # fmt: skip
_WIDGETS = (
    "button", "button_group", "checkbox", "download_button", "file_uploader", "multiselect", "number_input", "radio",
    "select_slider", "selectbox", "slider", "text_area", "text_input", "toggle",
)  # fmt: skip
READERS = {
    **dict.fromkeys(("title", "header", "subheader", "markdown", "caption", "latex", "text"), _text),
    **dict.fromkeys(("info", "warning", "error", "success"), _alert),
    **dict.fromkeys(("expander", "popover", "tab"), _label),
    **dict.fromkeys(WAITING, _progress),
    **dict.fromkeys(_WIDGETS, _widget),
    **dict.fromkeys(("table", "dataframe"), _table),
    "vega_lite_chart": _chart,
    "html": _html,
    "code": _code,
    "metric": _metric,
    "page_link": _page_link,
    "bidi_component": _component,
}
