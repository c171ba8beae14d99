"""The browser side of components: ES modules as one script, with markup and style.

A component lives in `assets/components/<name>/`: `<name>.js` exports a class by default and imports what it needs,
`<name>.html` is its markup. A style sheet that lies beside a module under the module's name comes with it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "components"
FORCED = ASSETS / "kit" / "forced.css"  # the last rules of every component that has rules

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\.{1,2}/[^"]+\.js)"[ \t]*\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|async function|class) (\w+)\b)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (?=class (\w+)\b)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)  # a fifth of the bytes; a text of several lines must not need it
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/[ \t]*)\n", re.MULTILINE)


class BadModule(ValueError):
    """A module says something that cannot be put into one script."""


class Script:
    """ES modules as one script: each in a function scope of its own, in the order in which they run.

    Understood are `import { a, b as c } from "./x.js"`, `export const | function | async function | class` and
    `export default class`, each at the beginning of a line.
    """

    def __init__(self) -> None:
        self.modules: list[Path] = []
        self._exports: list[list[str]] = []
        self._blocks: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self._blocks)

    def add(self, path: Path, above: tuple[Path, ...] = ()) -> str:
        """Add a module and whatever it imports; returns the name of the object that holds its exports.

        Raises BadModule for any other import or export, for a cycle, and for a name that a module does not export.
        """
        path = path.resolve()
        if path in above:
            raise BadModule(f"{path.name} imports itself by way of {', '.join(p.name for p in above)}")
        if path not in self.modules:
            if not path.is_file():
                raise BadModule(f"there is no module {path.name} in {path.parent.name}")
            text = path.read_text(encoding="utf-8")
            imports = [
                f"const {{ {self._pattern(names, path, (path.parent / source).resolve(), above)} }} = "
                f"{self.add(path.parent / source)}\n"
                for names, source in _IMPORT.findall(text)
            ]
            body, exports = _body(path, text)
            self.modules.append(path)
            self._exports.append(exports)
            self._blocks.append(
                f"const m{len(self._blocks)} = (() => {{\n{''.join(imports)}{body}return {{ {', '.join(exports)} }}\n}})()"
            )
        return f"m{self.modules.index(path)}"

    def _pattern(self, names: str, path: Path, imported: Path, above: tuple[Path, ...]) -> str:
        """`a, b as c` as a destructuring pattern."""
        self.add(imported, (*above, path))
        exports = self._exports[self.modules.index(imported)]
        pattern = []
        for name in filter(None, (part.strip() for part in names.split(","))):
            there, _, here = name.partition(" as ")
            if there not in exports:
                raise BadModule(f"{path.name} imports {there}, which {imported.name} does not export")
            pattern.append(f"{there}: {here}" if here else there)
        return ", ".join(pattern)


def _body(path: Path, text: str) -> tuple[str, list[str]]:
    """The module without imports, exports, indentation and comments that fill a line, and what it exports."""
    text = _IMPORT.sub("", _COMMENT.sub("", text))
    exports = [*_EXPORT.findall(text), *(f"default: {name}" for name in _DEFAULT.findall(text))]
    text = _DEFAULT.sub("", _EXPORT.sub("", text))
    if left := _LEFT.search(text):
        raise BadModule(f"{path.name}: {left[0]!r} cannot be put into one script")
    return _INDENT.sub("", text).strip("\n") + "\n", exports


@functools.cache
def code(*names: str) -> tuple[str, tuple[str, ...]]:
    """The script that brings components to a browser, and the names under which their mounts wait for it there."""
    script = Script()
    kinds = [script.add(ASSETS / name / f"{name}.js") for name in names]
    kit = script.add(ASSETS / "kit" / "mount.js")
    looks = [_look(name) for name in names]
    version = hashlib.blake2b(f"{script}{looks}".encode(), digest_size=4).hexdigest()
    known_as = tuple(f"{name}-{version}" for name in names)
    calls = [
        f"{kit}.register({json.dumps(known)}, {kind}.default, {', '.join(map(json.dumps, look))})\n"
        for known, kind, look in zip(known_as, kinds, looks, strict=True)
    ]
    return f"{script}\n{''.join(calls)}", known_as


def _look(name: str) -> tuple[str, str]:
    """Markup and style of a component."""
    script = Script()
    script.add(ASSETS / name / f"{name}.js")
    sheets = [sheet for module in script.modules if (sheet := module.with_suffix(".css")).is_file()]
    sheets += [FORCED] if sheets else []
    html = (ASSETS / name / f"{name}.html").read_text(encoding="utf-8")
    return html, "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
