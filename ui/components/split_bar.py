"""Where the pictures go, as one bar."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from core.domain.dataset import Dataset, Split
from ui.words import count, percent

_CSS = """
.where { font-family: var(--st-font); color: var(--st-text-color); font-size: 13px; }
.bar { display: flex; gap: 2px; height: 22px; border-radius: 6px; overflow: hidden; }
.bar span { min-width: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 8px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px;
  vertical-align: -1px; }
.train { background: #0072B2; } .validation { background: #E69F00; } .test { background: #009E73; }
"""

_JS = """
function element(kind, name, text) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

export default function({ data, parentElement }) {
  const where = parentElement.querySelector(".where");
  const bar = element("div", "bar"), legend = element("div", "legend");
  for (const part of data.parts) {
    const piece = element("span", part.split);
    piece.style.flexGrow = part.pictures;
    if (part.pictures) bar.append(piece);
    const entry = element("span");
    entry.append(element("i", part.split), part.words);
    legend.append(entry);
  }
  where.setAttribute("aria-label", data.parts.map(part => part.words).join("; "));
  where.replaceChildren(bar, legend);
}
"""

_bar = st.components.v2.component(
    "sightsmith_split_bar", html='<div class="where" role="img"></div>\n', css=_CSS, js=_JS
)
_WORDS = {
    Split.TRAIN: "to learn from (training)",
    Split.VALIDATION: "to tell when to stop (validation)",
    Split.TEST: "kept aside for the final test",
}


def show(dataset: Dataset) -> None:
    """Draw the bar with its numbers."""
    tally = Counter(sample.split for sample in dataset.used())
    total = max(1, sum(tally.values()))
    parts = [
        {
            "split": split.value,
            "pictures": tally[split],
            "words": f"{count(tally[split], 'picture')} ({percent(tally[split] / total)}) {_WORDS[split]}",
        }
        for split in Split
    ]
    _bar(key=f"split_bar_{dataset.id}", data={"parts": parts}, height="content")
