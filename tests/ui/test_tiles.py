"""Which pictures of a finding stand beside each other."""

from __future__ import annotations

from dataclasses import replace

from core.domain.dataset import IssueKind, Split
from tests.ui.fake_studio import FakeStudio
from ui import services, tiles


def sets_of(kind):
    dataset = FakeStudio("doctored").dataset("p1")
    issue = next(issue for issue in dataset.issues if issue.kind == kind)
    return tiles.of_issue(issue, dataset)


def test_a_leak_shows_each_series_side_by_side():
    assert [len(one.tiles) for one in sets_of(IssueKind.LEAK)] == [2, 2, 3, 2, 2]


def test_the_first_pictures_of_a_series_show_both_sides_of_the_leak():
    """A series of 17 showed six test pictures and none that is learnt from: no leak was to be seen."""
    dataset = FakeStudio("doctored").dataset("p1")
    one = next(sample for sample in dataset.samples if sample.split == Split.TEST)
    members = [replace(one, sha256=f"{n:064}", split=Split.TEST) for n in range(6)]
    members += [replace(one, sha256=f"{n:064}", split=Split.TRAIN) for n in range(6, 8)]
    turned = tiles._by_turns(members)
    assert [s.split for s in turned[:4]] == [Split.TEST, Split.TRAIN] * 2
    assert len(turned) == len(members)


def test_a_shortcut_shows_the_classes_side_by_side():
    assert [one.title for one in sets_of(IssueKind.SHORTCUT)] == ["bolt", "gear", "nut", "washer"]


def test_other_findings_show_one_row():
    assert [len(one.tiles) for one in sets_of(IssueKind.BLURRY)] == [27]


def test_a_finding_about_files_has_no_pictures():
    assert sets_of(IssueKind.UNREADABLE) == ()


def test_a_pair_with_a_picture_that_was_left_out_is_not_shown():
    dataset = FakeStudio("doctored").dataset("p1")
    gone = dataset.split_check.pairs[0][1]
    left_out = tuple(replace(s, excluded=s.sha256 == gone) for s in dataset.samples)
    shown = tiles.of_pairs(replace(dataset, samples=left_out))
    assert len(shown) == len(tiles.of_pairs(dataset)) - 1
    assert gone not in {tile.sha256 for pair in shown for tile in pair.tiles}


def test_what_is_known_of_a_picture_is_asked_of_it_alone(monkeypatch):
    studio = FakeStudio("doctored")
    asked: list[str] = []
    monkeypatch.setattr(studio, "facts_of", asked.append)
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    sha256 = studio.dataset_.samples[3].sha256
    assert tiles.about(studio.dataset_, sha256)
    assert asked == [sha256]


def test_pairs_say_which_would_be_learnt_and_which_judged():
    dataset = FakeStudio("doctored").dataset("p1")
    assert [tile.note for tile in tiles.of_pairs(dataset)[0].tiles] == ["learnt from", "judged on"]
