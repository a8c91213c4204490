from core.domain.cost import Counts


def test_pictures_are_those_of_all_splits_and_judged_those_not_learnt_from():
    counts = Counts(train=7, validation=2, test=3, classes=2)
    assert counts.pictures == 12
    assert counts.judged == 5
