"""The classes: a few pictures of each, how many there are, and what they are used for."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Dataset, Split
from ui import thumbnails
from ui.paging import page_of

PAGE = 25  # classes at once
_STRIP = 4  # pictures per class

_CSS = """
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-bottom: 10px; font-size: 13px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px;
  vertical-align: -1px; }
.box { font-family: var(--st-font); color: var(--st-text-color); font-size: 14px; }
.row { display: grid; grid-template-columns: minmax(90px, 1.3fr) auto minmax(110px, 3fr); gap: 6px 16px;
  align-items: center; padding: 9px 0; border-top: 1px solid var(--st-border-color); }
.name { font-weight: 600; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(4, 44px); gap: 4px; }
.pictures img { width: 44px; height: 44px; object-fit: cover; border-radius: 6px; display: block; }
.track { height: 14px; border-radius: 4px; overflow: hidden;
  background: var(--st-secondary-background-color); }
.bar { display: flex; height: 14px; border-radius: 4px; overflow: hidden; min-width: 3px; gap: 1px; }
.numbers { font-size: 12.5px; opacity: 0.8; margin-top: 3px; }
.train { background: #0072B2; } .validation { background: #E69F00; } .test { background: #009E73; }
@media (max-width: 640px) {
  .row { grid-template-columns: 1fr auto; }
  .amounts { grid-column: 1 / -1; }
}
"""

_JS = """
function element(kind, name, text) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function legend(data) {
  const line = element("div", "legend");
  for (const part of data.parts) {
    const entry = element("span");
    entry.append(element("i", part.split), part.words);
    line.append(entry);
  }
  return line;
}

function row(entry, data) {
  const line = element("div", "row");
  line.setAttribute("role", "row");
  const pictures = element("div", "pictures");
  for (const address of entry.pictures) {
    const image = element("img");
    image.src = address; image.alt = ""; image.loading = "lazy";
    pictures.append(image);
  }
  const amounts = element("div", "amounts");
  const track = element("div", "track");
  const bar = element("div", "bar");
  bar.style.width = (100 * entry.total / data.most) + "%";
  for (const part of data.parts) {
    const piece = element("span", part.split);
    piece.style.flexGrow = entry.counts[part.split];
    if (entry.counts[part.split]) bar.append(piece);
  }
  track.append(bar);
  amounts.append(track, element("div", "numbers", entry.words));
  line.append(element("div", "name", entry.name), pictures, amounts);
  return line;
}

export default function({ data, parentElement }) {
  const box = parentElement.querySelector(".box");
  box.replaceChildren(legend(data), ...data.rows.map(entry => row(entry, data)));
}
"""

_table = st.components.v2.component(
    "sightsmith_classes",
    html='<div class="box" role="table" aria-label="Pictures per class"></div>\n',
    css=_CSS,
    js=_JS,
)
_PARTS = [
    {"split": "train", "words": "to learn from"},
    {"split": "validation", "words": "to tell when to stop (validation)"},
    {"split": "test", "words": "for the final test"},
]


def show(dataset: Dataset) -> None:
    """Draw a row per class, a page at a time."""
    names = page_of(dataset.classes, PAGE, noun="classes", key="class_page")
    counts = dataset.counts()
    most = max((sum(numbers.values()) for numbers in counts.values()), default=1)
    pictures = _pictures(dataset, set(names))
    _table(
        key=f"classes_{dataset.id}_{dataset.classes.index(names[0]) if names else 0}",
        data={
            "rows": [_row(name, counts[name], pictures[name]) for name in names],
            "parts": _PARTS,
            "most": max(1, most),
        },
        height="content",
    )


def _row(name: str, counts: dict[Split, int], pictures: list[str]) -> dict[str, object]:
    train, validation, test = (counts[split] for split in Split)
    total = train + validation + test
    return {
        "name": name,
        "pictures": pictures,
        "total": total,
        "counts": {split.value: number for split, number in counts.items()},
        "words": f"{total:,} pictures: {train:,} + {validation:,} + {test:,}",
    }


def _pictures(dataset: Dataset, names: set[str]) -> dict[str, list[str]]:
    """Return the first few pictures of each class as addresses."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for sample in dataset.used():
        for name in sample.labels:
            strip = found.get(name)
            if strip is not None and len(strip) < _STRIP:
                strip.append(sample.sha256)
    thumbnails.draw([sha256 for strip in found.values() for sha256 in strip])
    return {name: [thumbnails.uri(sha256) for sha256 in strip] for name, strip in found.items()}
