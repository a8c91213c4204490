from core.domain.cost import Counts


def test_the_network_is_asked_of_those_it_is_judged_on_and_those_it_remembers():
    counts = Counts(train=7, validation=2, test=3, classes=2)
    assert counts.pictures == 12
    assert counts.asked == 5 + 7
    assert Counts(train=9_000, validation=2, test=3, classes=2).asked == 5 + 2_000
