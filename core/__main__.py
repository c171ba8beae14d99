"""The command line: python -m core lessons | experiments | train | bake | analogy | analogies | claims | warm | get | doctor."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from core import claim_commands, data_commands, word_commands
from core.experiment import EXPERIMENT_NAMES, LARGEST_SEED


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it could not, 2 for an unknown name or an impossible value."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console whose encoding lacks a sign shows "?" for it
            stream.reconfigure(errors="replace")
    args = _parser().parse_args(argv)
    from core.experiment import BadValue

    try:
        return args.run(args)
    except BadValue as error:
        print(f"{args.verb}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"{args.verb}: the package {error.name} is missing: pip install -r requirements.txt", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"stopped; {_KEPT.get(args.verb, 'nothing is kept')}", file=sys.stderr)
        return 130


_KEPT = {
    "bake": "the models that were finished are kept, and the next bake goes on from there",
    "claims": "the trainings that were finished are kept, and the next run goes on from there",
    "get": "what has come whole is kept, and nothing of the rest",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; --help has the rest."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(2)


def _seed(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_SEED:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no seed; allowed: whole numbers from 0 to {LARGEST_SEED}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m core", description="Latent Lab from the command line.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="print JSON for tools")
        sub.set_defaults(run=run)
        return sub

    verb("lessons", _lessons, "List the lessons of the course.")
    verb("experiments", _experiments, "List the experiments: knobs, presets, default key, whether it is baked.")
    train = verb("train", _train, "Train one model, or answer from the cache or the baked models at once.")
    train.add_argument("name", help=f"an experiment: {', '.join(EXPERIMENT_NAMES)}")
    train.add_argument(
        "--text", metavar="FILE", help="learn from a text of your own (word2vec, language_model, masked_lm)"
    )
    train.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE", help="e.g. --set preset=quick")
    train.add_argument("--seed", type=_seed, default=0, help=f"0 to {LARGEST_SEED}")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    train.add_argument("--force", action="store_true", help="train even where the model exists")
    bake = verb("bake", _bake, "Train the models that ship with the program into assets/trained; resumes.")
    bake.add_argument("names", nargs="*", metavar="NAME", help="experiments; all without a name")
    bake.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    bake.add_argument("--force", action="store_true", help="train again what is there")
    bake.add_argument("--measure", action="store_true", help="measure what is there again, without a training")
    bake.add_argument("--part", default="1/1", metavar="I/N", help="the I-th of N shares, to use several processes")
    word_commands.add(verb)
    claim_commands.add(verb)
    verb("warm", _warm, "Before a class: load data into the cache and check every shipped model.")
    data_commands.add(verb)
    verb("doctor", _doctor, "Say what this machine has: device, versions, data, caches.")
    return parser


def _print(args: argparse.Namespace, value: Any, text: str) -> None:
    print(json.dumps(value, indent=1) if args.json else text)


def _lessons(args: argparse.Namespace) -> int:
    from core.course import LESSONS, SECTIONS

    rows = [
        {"slug": lesson.slug, "title": lesson.title, "section": lesson.section,
         "section_title": SECTIONS[lesson.section - 1], "experiments": list(lesson.experiments),
         "question": lesson.question}
        for lesson in LESSONS
    ]  # fmt: skip
    _print(args, rows, "\n".join(f"{r['section']}  {r['slug']:18} {r['title']}: {r['question']}" for r in rows))
    return 0


def _experiments(args: argparse.Namespace) -> int:
    from core.experiment import config_dict, get, modules
    from core.store import artefacts

    rows = []
    for name in modules():
        experiment = get(name)
        config = experiment.default()
        key = _key_or_none(experiment, config)
        found = artefacts.find(name, key) if key else None
        rows.append({
            "name": name, "title": experiment.title, "version": experiment.version, "default": config_dict(config),
            "knobs": {n: {"label": k.label, "choices": list(k.choices), "unit": k.unit} for n, k in experiment.knobs().items()},
            "presets": {n: dict(p) for n, p in experiment.presets.items()}, "metrics": list(experiment.metric_names),
            "key": key, "baked": bool(found and found.source == "baked"), "cached": found is not None,
        })  # fmt: skip
    lines = []
    for row in rows:
        kept = "cached" if row["cached"] else "not trained yet"
        state = "baked" if row["baked"] else kept
        lines.append(f"{row['name']}: {row['title']} (default {row['key'] or 'has no data'}, {state})")
        for knob_name, k in row["knobs"].items():
            choices = ", ".join(f"[{c}]" if c == row["default"][knob_name] else str(c) for c in k["choices"])
            lines.append(f"  {knob_name:14} {choices} {k['unit']}".rstrip())
        lines.append(f"  presets        default, {', '.join(row['presets'])}")
    _print(args, rows, "\n".join(lines))
    return 0


def _key_or_none(experiment: Any, config: Any) -> str | None:
    from core import data

    try:
        return experiment.key(config, 0)
    except data.Missing:
        return None


def _train(args: argparse.Namespace) -> int:
    from core import data
    from core import device as devices
    from core.experiment import BadValue, get
    from core.store import artefacts, paths

    experiment = get(args.name)
    raw = {}
    for item in args.set:
        name, equals, value = item.partition("=")
        if not equals:
            raise BadValue(f"--set {item!r} is no KNOB=VALUE; allowed knobs: preset, {', '.join(experiment.knobs())}")
        raw[name.strip()] = value.strip()
    if args.text:
        raw["data"] = _own_text(args.text)
    config = experiment.strict(raw)
    device = devices.best_device(args.device)
    try:
        key = experiment.key(config, args.seed)
        found = None if args.force else artefacts.find(experiment.name, key)
        record = found.record if found else _train_and_store(experiment, config, args.seed, device, paths.models_dir())
    except data.Missing as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    result = {
        "name": record.name, "key": record.key, "config": dict(record.config), "seed": record.seed,
        "device": record.device, "threads": record.threads, "seconds": record.seconds,
        "processor_seconds": record.processor_seconds, "steps": record.steps, "cached": found is not None,
        "metrics": dict(record.metrics),
    }  # fmt: skip
    numbers = "\n".join(f"  {n:24} {v:.4g}" for n, v in record.metrics.items() if isinstance(v, int | float))
    source = f"found in the {found.source} models" if found else f"trained in {record.seconds:.1f} s"
    _print(args, result, f"{record.name} {record.key}, {source} ({record.steps} steps, {record.machine})\n{numbers}")
    return 0


def _own_text(file: str) -> str:
    """Keep a text as pages keep those that people bring; its name. Raises BadValue, with what is wrong in one sentence."""
    from core.data import texts
    from core.data.read_text import Unreadable, read_text
    from core.experiment import BadValue

    try:
        return texts.keep(read_text(Path(file).read_bytes()))
    except (OSError, Unreadable, texts.CannotKeep) as error:
        raise BadValue(f"--text {file!r}: {error}") from None


def _train_and_store(experiment: Any, config: Any, seed: int, device: Any, root: Any, ages: bool = True) -> Any:
    """Train with a progress bar and store under `root`, with its younger selves if `ages`; the record.

    A folder that cannot be written costs a warning.
    """
    from tqdm import tqdm

    from core import device as devices
    from core.events import Step
    from core.store import artefacts
    from core.training import drive

    devices.be_a_worker(spare=0)  # no pages wait for this process
    with tqdm(unit="step", leave=False, disable=not sys.stderr.isatty()) as bar:

        def show(event: Any) -> None:
            if isinstance(event, Step):
                bar.set_description(event.phase)
                bar.total, bar.n = event.total, event.i
                bar.set_postfix({n: f"{v:.4g}" for n, v in event.metrics.items()}, refresh=True)

        with contextlib.redirect_stdout(sys.stderr):  # a stray print must not break --json
            finished = drive.run(experiment, config, seed, device, show)
    if not ages:
        finished = dataclasses.replace(finished, checkpoints=())
    try:
        return drive.store(finished, root).record
    except artefacts.CannotStore as error:
        print(f"warning: {error}", file=sys.stderr)
        return finished.record


def _bake(args: argparse.Namespace) -> int:
    from core import data
    from core import device as devices
    from core.experiment import BadValue, get, modules
    from core.store import artefacts, paths

    try:
        part, parts = (int(number) for number in args.part.split("/"))
        if not 1 <= part <= parts:
            raise ValueError
    except ValueError:
        raise BadValue(f"--part {args.part!r} is no share; allowed: I/N with I from 1 to N") from None
    device = devices.best_device(args.device)
    jobs = [(get(name), raw) for name in args.names or modules() for raw in get(name).baked][part - 1 :: parts]
    rows = []
    for experiment, raw in jobs:
        described = ", ".join(f"{n}={v}" for n, v in raw.items()) or "default"
        row: dict[str, Any] = {"name": experiment.name, "config": dict(raw), "key": None}
        try:
            config = experiment.strict(raw)
            row["key"] = experiment.key(config, 0)
            existing = None if args.force else artefacts.read_record(paths.baked_dir(), experiment.name, row["key"])
            if args.measure:
                rows.append(row | _measure_again(experiment, existing, device))
                _say_baked(args, rows[-1], described)
                continue
            ages = experiment.keeps_ages(config)
            record = existing or _train_and_store(experiment, config, 0, device, paths.baked_dir(), ages)
            row["maps"] = _bake_maps(experiment, config, record) if record.files else 0
            made = "baked" if record.files else "failed"
            row |= {"state": "kept" if existing else made, "seconds": record.seconds, "bytes": record.bytes}
        except data.Missing as error:
            row |= {"state": "skipped", "why": str(error)}
        rows.append(row)
        _say_baked(args, row, described)
    if args.json:
        print(json.dumps(rows, indent=1))
    return 0 if all(row["state"] in ("kept", "baked", "measured") for row in rows) else 1


def _say_baked(args: argparse.Namespace, row: dict[str, Any], described: str) -> None:
    if not args.json:
        print(f"{row['state']:8} {row['name']} {described} {row.get('why') or row['key']}", flush=True)


def _measure_again(experiment: Any, record: Any, device: Any) -> dict[str, Any]:
    """What `bake --measure` says of one model."""
    from core import device as devices
    from core.store import paths
    from core.training import remeasure

    if record is None:
        return {"state": "skipped", "why": "it is not baked"}
    devices.be_a_worker(spare=0)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            record = remeasure.remeasure(experiment, paths.baked_dir(), record, device)
    except remeasure.NotMeasured as error:
        return {"state": "skipped", "why": str(error)}
    return {"state": "measured", "seconds": record.seconds, "bytes": record.bytes}


def _bake_maps(experiment: Any, config: Any, record: Any) -> int:
    """Compute the maps that ship beside a baked model, as far as they are missing; how many there are."""
    from core.maps import service
    from core.store import artefacts, paths
    from core.training.drive import as_float32

    def loaded(state: Any) -> Any:
        model = experiment.build(config)
        model.load_state_dict(as_float32(state))
        return model.eval().requires_grad_(False)

    model = loaded(artefacts.load_state(paths.baked_dir(), record))
    younger = {step: loaded(state) for step, state in artefacts.load_checkpoints(paths.baked_dir(), record)}
    count = 0
    for wanted in experiment.maps(model, config, younger):
        key = wanted.key or service.map_key(record.fingerprint, wanted.name)
        service.bake_map(wanted.x, method=wanted.method, key=key, **wanted.settings)
        count += 1
    return count


def _warm(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from core import data
    from core.experiment import get
    from core.store import artefacts

    rows: list[dict[str, Any]] = []
    loaders = {name: lambda name=name: data.load(name).source for name in data.names()}
    loaders |= {
        name: lambda name=name: data.texts.load(name).source for name in data.texts.names() if data.available(name)
    }
    if data.glove.available():
        loaders["glove"] = lambda: data.glove.load() and data.glove.source()
    if data.minilm.available():
        loaders["minilm"] = lambda: data.minilm.tokens("") and data.minilm.load() and data.minilm.source()
    if data.efficientnet.available():
        loaders["efficientnet"] = lambda: data.efficientnet.load() and data.efficientnet.source()
    found = artefacts.list_records()
    with tqdm(total=len(loaders) + len(found), leave=False, disable=not sys.stderr.isatty()) as bar:
        for name, load in loaders.items():
            try:
                rows.append({"what": "data", "name": name, "ready": True, "note": load().origin})
            except data.Missing as error:
                rows.append({"what": "data", "name": name, "ready": False, "note": str(error)})
            bar.update()
        for one in found:
            record = one.record
            try:
                get(record.name)
                artefacts.load_state(one.root, record)
                rows.append({"what": "model", "name": f"{record.name}/{record.key}", "ready": True, "note": one.source})
            except (artefacts.Damaged, ValueError) as error:
                rows.append(
                    {"what": "model", "name": f"{record.name}/{record.key}", "ready": False, "note": str(error)}
                )
            bar.update()
    _print(
        args,
        rows,
        "\n".join(f"{'ready  ' if r['ready'] else 'MISSING'} {r['what']:6} {r['name']}  {r['note']}" for r in rows),
    )
    return 0 if all(row["ready"] for row in rows) else 1


def _doctor(args: argparse.Namespace) -> int:
    from core import doctor

    found = doctor.report()
    _print(args, found, doctor.as_text(found))
    return 0 if doctor.ready(found) else 1


if __name__ == "__main__":
    sys.exit(main())
