"""Results that are computed once for all sessions: their keys, their place in the budget, and what happens to them."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core import lab
from core.store.cache import ModelCache
from core.store.memo import models_in, named_by
from core.store.record import MODEL, Record
from core.store.sizes import bytes_of, device_of


@pytest.fixture(autouse=True)
def cache(monkeypatch) -> ModelCache:
    """A cache of its own with a MB of room."""
    made = ModelCache(1 << 20)
    monkeypatch.setattr("core.store.cache._shared", made)
    return made


def record(fingerprint: str = "a", key: str = "0" * 16, **values: Any) -> Record:
    files = {MODEL: {"sha256": fingerprint * 64, "bytes": 1}} if fingerprint else {}
    fields = {
        "name": "fake", "version": 1, "config": {"sizes": [1, 2]}, "seed": 0, "device": "cpu", "seconds": 1.0, "steps": 1,
        "metrics": {"loss": 1.0}, "history": ({"i": 1},), "created": "", "parameters": 1,
    }  # fmt: skip
    return Record(key=key, files=files, **{**fields, **values})


# Keys ------------------------------------------------------------------------------------------------------------


def test_equal_records_are_the_same_key_and_other_weights_are_another_one():
    assert len({record(), record(), Record.from_json(record().to_json())}) == 1
    assert len({record("a"), record("b"), record(""), record("a", key="1" * 16)}) == 4
    assert hash(record("")) == hash(record("")), "one that is not stored yet is a key too"
    asked = []

    @lab.memo
    def codes(one: Record) -> int:
        asked.append(one)
        return len(asked)

    assert [codes(record()), codes(record()), codes(record("b")), codes(record())] == [1, 1, 2, 1]


def test_arguments_are_told_apart_by_content():
    asked = []

    @lab.memo
    def shape(x: np.ndarray, *, name: str = "") -> int:
        asked.append(name)
        return len(asked)

    x = np.arange(6.0)
    assert shape(x) == shape(x.copy()) == shape(np.arange(12.0)[:6]) == 1
    assert shape(x.reshape(2, 3)) == 2 and shape(x.astype(np.float32)) == 3 and shape(x + 1) == 4
    assert shape(x[::-1]) == 5 == shape(np.ascontiguousarray(x[::-1]))
    assert shape(x, name="a") == 6 == shape(x, name="a")


def test_an_object_names_itself():
    @dataclasses.dataclass(frozen=True, eq=False)
    class Space:
        model: nn.Module
        record: Record

        @property
        def memo_key(self) -> tuple[Record, str]:
            return self.record, "h"

    asked = []

    @lab.memo
    def width(space: Space) -> int:
        asked.append(space)
        return len(asked)

    assert width(Space(nn.Linear(1, 1), record())) == width(Space(nn.Linear(1, 1), record())) == 1
    assert width(Space(nn.Linear(1, 1), record("b"))) == 2
    named = named_by(Space(nn.Linear(1, 1), record()))
    assert not any(isinstance(part, nn.Module) for part in named[1]) and models_in(named) == {("fake", "0" * 16)}


def test_modules_tensors_and_what_is_hashed_by_identity_are_refused():
    @dataclasses.dataclass(frozen=True, eq=False)
    class ById:
        number: int

    @dataclasses.dataclass(frozen=True)
    class Hidden:
        model: nn.Module

    @lab.memo
    def anything(x: Any) -> Any:
        return x

    for wrong in (
        nn.Linear(1, 1),
        torch.zeros(1),
        ById(1),
        object(),
        Hidden(nn.Linear(1, 1)),
        (1, nn.Linear(1, 1)),
        [1],
        {},
    ):
        with pytest.raises(TypeError):
            anything(wrong)
    assert lab.model_cache().resident() == []
    for right in (None, 1, 1.5, "a", b"a", (1, ("a", None)), int, len, frozenset({1}), torch.device("cpu")):
        assert anything(right) == right


# Once ------------------------------------------------------------------------------------------------------------


def together(count: int, ask) -> list[Any]:
    gate, got = threading.Barrier(count), []

    def one() -> None:
        gate.wait()
        try:
            got.append(ask())
        except Exception as error:
            got.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return got


def test_thirty_sessions_compute_once_also_where_the_result_is_nothing():
    asked = []

    @lab.memo
    def slow() -> None:
        asked.append(1)
        time.sleep(0.1)

    assert together(30, slow) == [None] * 30 and slow() is None
    assert len(asked) == 1


def test_a_failure_reaches_all_who_wait_and_is_not_kept():
    asked = []

    @lab.memo
    def slow() -> str:
        asked.append(1)
        if len(asked) == 1:
            time.sleep(0.1)
            raise KeyError("x")
        return "made"

    got = together(10, slow)
    assert len(asked) == 1 and all(isinstance(error, KeyError) for error in got), "nobody repeats what just failed"
    assert slow() == "made" and len(asked) == 2


def test_an_interrupted_script_hands_the_lead_over():
    class Interrupted(BaseException):
        pass

    entered, got, asked = threading.Event(), [], []

    @lab.memo
    def slow() -> str:
        asked.append(1)
        if len(asked) == 1:
            entered.set()
            time.sleep(0.1)
            raise Interrupted
        return "made"

    waiter = threading.Thread(target=lambda: (entered.wait(), got.append(slow())))
    waiter.start()
    with pytest.raises(Interrupted):
        slow()
    waiter.join(5)
    assert got == ["made"]


def test_a_computation_that_asks_for_itself_is_an_error_and_no_deadlock():
    @lab.memo
    def endless(n: int) -> int:
        return endless(n)

    @lab.memo
    def sum_to(n: int) -> int:
        return n + sum_to(n - 1) if n else 0

    with pytest.raises(RuntimeError, match="asks for its own result"):
        endless(1)
    assert sum_to(5) == 15


# In the budget ---------------------------------------------------------------------------------------------------


def test_results_share_the_budget_with_models_and_the_least_recently_used_goes_first(cache):
    asked = []

    @lab.memo(label="Bytes")
    def some(name: str) -> bytes:
        asked.append(name)
        return bytes(300_000)

    cache.get("model", lambda: nn.Linear(50_000, 1, bias=False))  # 200 kB
    some("a"), some("b")
    cache.get("model", nn.Identity)  # used: now a is the oldest
    some("c")
    assert sum(line.bytes for line in cache.resident()) <= cache.budget
    some("b"), some("c")
    assert asked == ["a", "b", "c"]
    some("a")
    assert asked == ["a", "b", "c", "a"], "it was the oldest when c came"
    assert "model" not in [line.key for line in cache.resident()], "which was now the oldest"


def test_what_is_resident_is_shown_by_kind(cache):
    @lab.memo(label="Codes of pictures")
    def codes(size: int) -> np.ndarray:
        return np.zeros(size, np.uint8)

    @lab.memo
    def _nearest_words(word: str) -> str:
        return word

    cache.get("m", lambda: nn.Linear(1, 1), "A model")
    codes(1000), codes(2000), _nearest_words("a")
    lines = {line.label: line for line in lab.models().resident}
    assert list(lines) == ["Nearest words", "Codes of pictures (× 2)", "A model"]
    assert 3000 <= lines["Codes of pictures (× 2)"].bytes <= 3000 + 2 * 2000
    assert lines["Codes of pictures (× 2)"].device == "cpu"
    codes.cache_clear()
    assert [line.label for line in cache.resident()] == ["Nearest words", "A model"]


def test_a_cost_may_be_stated_where_it_cannot_be_measured(cache):
    class Opaque:
        __slots__ = ()

    opaque = Opaque()
    lab.memo(lambda: opaque, label="stated", cost=5_000)()
    lab.memo(lambda: opaque, label="computed", cost=lambda value: 7_000 if value is opaque else 0)()
    found = {line.label: line.bytes for line in cache.resident()}
    assert 5_000 <= found["stated"] < 7_000 <= found["computed"] < 9_000


def test_a_deleted_model_takes_its_results_along(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    asked = []

    @lab.memo
    def codes(one: Record, size: int) -> int:
        asked.append(one.key)
        return size

    @lab.memo
    def of_both(pair: tuple[Record, Record]) -> int:
        asked.append("pair")
        if len(asked) == 3:
            lab.delete("fake", "1" * 16)  # while it is being computed
        return 0

    first, second = record(key="0" * 16), record(key="1" * 16)
    codes(first, 1), codes(second, 1), of_both((first, second))
    assert asked == ["0" * 16, "1" * 16, "pair"]
    codes(first, 1), codes(second, 1), of_both((first, second))
    assert asked[3:] == ["1" * 16, "pair"], "what was in the making when the model went is not kept either"
    lab.delete("fake", "0" * 16)
    codes(first, 1), codes(second, 1), of_both((first, second))
    assert asked[5:] == ["0" * 16, "pair"]


# Measuring -------------------------------------------------------------------------------------------------------


def test_sizes_are_those_of_tensors_arrays_bytes_and_all_that_holds_them():
    @dataclasses.dataclass(frozen=True)
    class Holds:
        x: torch.Tensor
        rows: tuple[dict[str, np.ndarray], ...]

    x, y = torch.zeros(1000, dtype=torch.float64), np.zeros((10, 50), np.float32)
    assert bytes_of(x) == 8000 and bytes_of(y) == 2000
    assert 5000 <= bytes_of(bytes(5000)) < 5100 and 5000 <= bytes_of("a" * 5000) < 5100
    assert bytes_of(nn.Linear(10, 10)) == 440
    assert 10_000 <= bytes_of(Holds(x, ({"y": y}, {"y": y}))) < 12_000, "what is held twice counts once"
    assert 20_000 <= bytes_of([bytes(1000) + bytes([i]) for i in range(20)]) < 22_000
    assert bytes_of(lambda: x) == 0 and bytes_of(Holds) == 0
    looped: list[Any] = [x]
    looped.append(looped)
    assert 8000 <= bytes_of(looped) < 8200
    assert device_of({"a": [1, Holds(x.to("meta"), ())]}) == "meta" and device_of("a") == "cpu"
