"""Pictures to judge in a grid: one is looked at, some are ticked, and a mark tells what was said of each.

Unlike the gallery's grid, it stays as it is while verdicts come and go, and opens nothing over the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from ui import state, thumbnails, tile_grid
from ui.review_items import Item
from ui.words import short

_HTML: Final = '<div class="review"></div>\n'

_CSS: Final = (
    tile_grid.CSS
    + """
.review { font-family: var(--st-font); color: var(--st-text-color); padding: 3px; }
.tools { gap: 2px 14px; margin-bottom: 6px; min-height: 0; }
.grid { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); gap: 9px; }
.tile[aria-current=true] { border-color: var(--st-primary-color);
  box-shadow: 0 0 0 3px var(--st-primary-color); }
.tile[aria-current=true]::after { content: "here"; position: absolute; top: 4px; right: 4px;
  font-size: 11px; line-height: 1; padding: 3px 5px; border-radius: 6px; color: white;
  background: var(--st-primary-color); }
.mark { margin: 4px 6px 6px; padding: 2px 6px; border-radius: 6px; font-weight: 600; min-height: 17px;
  background: var(--st-background-color); border: 1px solid var(--st-border-color); }
.mark:empty { border-color: transparent; background: none; }
"""
)

_JS: Final = (
    tile_grid.JS
    + """
function worded(item) {
  const words = [["title", item.title], ["note", item.note], ["mark", ""]];
  return tile(item, true, words.map(([name, text]) => element("span", name, text)));
}

function build(root, data) {
  const all = "Tick all " + data.items.length + " here";
  const line = tools(all, "Tick none", "Tick several to judge them at once.");
  root.replaceChildren(line, list(data.items.map(worded), data.label, true));
}

export default function({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".review");
  const state = memory.get(parentElement) || { drawn: "", current: null, chosen: new Set(), last: null };
  memory.set(parentElement, state);
  const wanted = data.items.map(item => item.id + item.title + item.note).join("|");
  if (wanted !== state.drawn) {
    state.drawn = wanted;
    build(root, data);
    if (state.chosen.size) { state.chosen = new Set(); setStateValue("chosen", []); }
  }
  const tiles = [...root.querySelectorAll(".tile")];
  const paint = current => tiles.forEach((t, i) => {
    const item = data.items[i], here = t.dataset.id === current;
    t.setAttribute("aria-current", here);
    t.setAttribute("aria-selected", state.chosen.has(t.dataset.id));
    t.setAttribute("aria-label", item.alt + (item.mark ? ", " + item.mark : ", not looked at yet"));
    t.tabIndex = here || (i === 0 && !data.items.some(one => one.id === current)) ? 0 : -1;
    t.querySelector(".mark").textContent = item.mark;
  });
  paint(data.current);
  if (state.current !== data.current) {
    state.current = data.current;
    const here = tiles.find(t => t.dataset.id === data.current);
    if (here) requestAnimationFrame(() => {
      const frame = parentElement.host?.closest(".st-key-review_list") ||
        here.getRootNode().host?.closest(".st-key-review_list");
      if (frame && frame.scrollHeight > frame.clientHeight) {
        const from = here.getBoundingClientRect(), to = frame.getBoundingClientRect();
        if (from.top < to.top || from.bottom > to.bottom) frame.scrollTop += from.top - to.top - 60;
      }
    });
  }
  const tell = () => {
    paint(state.current);
    setStateValue("chosen", ids(tiles).filter(id => state.chosen.has(id)));
  };
  const open = t => {
    state.current = t.dataset.id;
    paint(state.current);
    setTriggerValue("opened", t.dataset.id);
  };
  const toggle = (t, range) => { tickOne(tiles, state, t, range); tell(); };
  root.onclick = event => {
    if (event.target.closest(".all")) { ids(tiles).forEach(id => state.chosen.add(id)); return tell(); }
    if (event.target.closest(".none")) { state.chosen.clear(); return tell(); }
    const at = event.target.closest(".tile");
    if (!at) return;
    const ticking = event.target.closest(".tick") || withKeys(event);
    if (ticking) toggle(at, event.shiftKey); else open(at);
  };
  root.onkeydown = event => {
    const at = event.target.closest(".tile");
    if (!at) return;
    const to = moved(tiles, tiles.indexOf(at), event.key);
    if (to === null && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();  // here arrows walk through the grid, elsewhere they open pictures
    if (to === null) return event.key === " " ? toggle(at, event.shiftKey) : open(at);
    tiles[to].focus();
  };
}
"""
)

_grid = st.components.v2.component("sightsmith_review", html=_HTML, css=_CSS, js=_JS)


def draw(
    items: Sequence[Item], *, current: str | None, label: str, key: str, look: Callable[[str], None]
) -> None:
    """Draw the pictures, and call ``look`` with the one that is clicked."""

    def opened() -> None:
        sha256 = getattr(state.written(key), "opened", None)
        if isinstance(sha256, str) and any(item.sha256 == sha256 for item in items):
            look(sha256)

    thumbnails.draw([item.sha256 for item in items])
    _grid(
        key=key,
        data={"items": [_shown(item) for item in items], "current": current, "label": label},
        default={"chosen": []},
        on_chosen_change=lambda: None,
        on_opened_change=opened,
        height="content",
    )


def ticked(key: str) -> tuple[str, ...]:
    """Return the content hashes of the pictures that are ticked, as the browser told them last."""
    return tuple(getattr(state.written(key), "chosen", None) or ())


def _shown(item: Item) -> dict[str, str]:
    tile = item.tile
    return {
        "id": item.sha256,
        "src": thumbnails.uri(item.sha256),
        "title": short(tile.title),
        "note": tile.note,
        "alt": tile.alt,
        "mark": item.mark,
    }
