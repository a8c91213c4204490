from core.domain.config import TrainConfig
from core.domain.cost import Counts
from core.domain.dataset import Split


def test_the_network_is_asked_of_those_it_is_judged_on_and_those_it_remembers():
    counts = Counts(train=7, validation=2, test=3, classes=2)
    assert counts.pictures == 12
    assert counts.asked == 5 + 7
    assert Counts(train=9_000, validation=2, test=3, classes=2).asked == 5 + 2_000


def test_pictures_are_counted_by_split():
    counts = Counts(train=7, validation=2, test=3, classes=2)
    assert counts.of(Split.TRAIN, Split.TEST) == 10
    assert counts.of() == 0


def test_what_is_going_to_learn_passes_no_test_pictures_before():
    assert TrainConfig().passed_as_they_are == tuple(Split)
    assert TrainConfig(fine_tune_blocks=2).passed_as_they_are == (Split.TRAIN, Split.VALIDATION)
