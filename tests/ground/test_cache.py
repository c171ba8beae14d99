"""Resident models: single flight, budget, eviction."""

from __future__ import annotations

import threading
import time

import pytest
import torch
from torch import nn

from core.store.cache import ModelCache, default_budget


def linear(kilobytes: int = 1) -> nn.Module:
    return nn.Linear(256 * kilobytes, 1, bias=False)  # 1 kB a 256 float32


def test_thirty_threads_make_a_model_once():
    cache, made, got = ModelCache(1 << 20), [], []
    gate = threading.Barrier(30)

    def make():
        made.append(1)
        time.sleep(0.1)
        return linear()

    def ask():
        gate.wait()
        got.append(cache.get("a", make))

    threads = [threading.Thread(target=ask) for _ in range(30)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(made) == 1 and len(got) == 30 and len({id(m) for m in got}) == 1


def test_models_come_in_eval_mode_without_gradients():
    model = ModelCache(1 << 20).get("a", lambda: nn.Sequential(nn.Linear(2, 2), nn.Dropout()).train())
    assert not model.training and not model[1].training
    assert not any(p.requires_grad for p in model.parameters())


def test_the_least_recently_used_goes_first():
    cache = ModelCache(3 * 1024)
    for key in "abc":
        cache.get(key, linear)
    cache.get("a", linear)  # now b is the oldest
    cache.get("d", linear)
    assert [r.key for r in cache.resident()] == ["d", "a", "c"]
    assert sum(r.bytes for r in cache.resident()) == 3 * 1024
    cache.get("big", lambda: linear(2))
    assert [r.key for r in cache.resident()] == ["big", "d"]


def test_eviction_does_not_break_a_session_that_holds_the_model():
    cache = ModelCache(1024)
    held = cache.get("a", linear)
    cache.get("b", linear)
    assert [r.key for r in cache.resident()] == ["b"]
    assert held(torch.ones(1, 256)).shape == (1, 1)


def test_a_model_over_the_budget_stays_alone():
    cache = ModelCache(1024)
    cache.get("small", linear)
    cache.get("huge", lambda: linear(50))
    assert [r.key for r in cache.resident()] == ["huge"]


def test_waiters_share_a_failure_and_the_key_is_not_poisoned():
    cache, calls, errors = ModelCache(1 << 20), [], []
    gate = threading.Barrier(10)

    def fail():
        calls.append(1)
        time.sleep(0.15)
        raise OSError("no disk")

    def ask():
        gate.wait()
        try:
            cache.get("a", fail)
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(errors) == 10 and len(calls) == 1
    assert isinstance(cache.get("a", linear), nn.Linear)


def test_an_interrupted_leader_hands_the_lead_over():
    """Streamlit interrupts a script with a BaseException; that is no answer for the sessions that wait."""

    class Interrupted(BaseException):
        pass

    cache, entered, got = ModelCache(1 << 20), threading.Event(), []

    def interrupted():
        entered.set()
        time.sleep(0.1)
        raise Interrupted

    waiter = threading.Thread(target=lambda: (entered.wait(), got.append(cache.get("a", linear))))
    waiter.start()
    with pytest.raises(Interrupted):
        cache.get("a", interrupted)
    waiter.join(2)
    assert len(got) == 1


def test_drop_forgets_also_a_model_in_the_making():
    cache = ModelCache(1 << 20)

    def make():
        cache.drop("a")
        return linear()

    assert cache.get("a", make) is not None
    assert cache.resident() == []
    cache.get("a", linear)
    assert cache.drop("a") and not cache.drop("a")


def test_budget_from_the_environment(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_MEMORY_MB", "7")
    assert default_budget() == 7 << 20 == ModelCache().budget
    monkeypatch.setenv("LATENT_LAB_MEMORY_MB", "nonsense")
    assert default_budget() > 7 << 20


@pytest.mark.parametrize(
    ("cores", "gigabytes", "budget"),
    [(1, 8, 320), (2, 8, 320), (2, 1, 320), (8, 64, 1280), (8, 8, 1024), (None, 8, 320)],
)
def test_without_a_gpu_the_budget_grows_with_cores_and_memory(monkeypatch, cores, gigabytes, budget):
    monkeypatch.delenv("LATENT_LAB_MEMORY_MB", raising=False)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr("core.store.cache._own_memory", lambda: gigabytes << 30)
    assert default_budget() == budget << 20
