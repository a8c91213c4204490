"""Torch's own random generators serve one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import torch

from core.domain.choices import Output
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.networks import empty_network, random_network
from core.models.randomness import own_turn, seeded
from core.models.surgery import build_classifier, export_weights, trained_classifier
from core.models.zoo import SPECS, spec_of

Preprocess = Callable[[ModelSpec, int], Preprocessing]
SPEC = spec_of("mobilenet_v3_small")
LONG = 60.0  # seconds; nobody waits as long where all is well
MOMENT = 0.05


def test_what_is_drawn_follows_from_the_seed_and_leaves_no_trace():
    before = torch.get_rng_state()
    with seeded(5):
        first = torch.rand(3)
    with own_turn():
        torch.rand(7)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(3), first)


def beside(work: Callable[[], object]) -> threading.Event:
    """Do the work in a thread; what comes back is set once it is done."""
    done = threading.Event()
    threading.Thread(target=lambda: (work(), done.set()), daemon=True).start()
    return done


def test_who_draws_waits_for_its_turn():
    with seeded(1):
        drawn = beside(lambda: random_network(SPEC))
        assert not drawn.wait(MOMENT)
        second = torch.rand(2)
    assert drawn.wait(LONG)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(2), second)


def test_a_trained_model_is_loaded_without_waiting_for_a_training(preprocessing: Preprocess):
    """Opening a page had drawn from the generator that the dropout of a training drew from meanwhile."""
    how, settings = preprocessing(SPEC, 32), {"classes": 2, "hidden_units": 8, "dropout": 0.2}
    made = build_classifier(SPEC, None, preprocessing=how, seed=3, **settings)
    weights, loaded = export_weights(made), []

    def load() -> None:
        settled = settings | {"output": Output.SOFTMAX, "several": False}
        loaded.append(trained_classifier(SPEC, weights, preprocessing=how, **settled))

    with own_turn():
        assert beside(load).wait(LONG)
    pixels = torch.full((2, 3, 32, 32), 40, dtype=torch.uint8)
    with torch.inference_mode():
        assert torch.equal(loaded[0](pixels), made(pixels))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_a_network_that_is_given_its_weights_draws_nothing_and_is_given_all(spec: ModelSpec):
    before = torch.get_rng_state()
    network = empty_network(spec)
    assert torch.equal(torch.get_rng_state(), before)
    given = network.state_dict().keys()
    assert {name for name, _ in network.named_buffers()} <= given
    assert {name for name, _ in network.named_parameters()} <= given
