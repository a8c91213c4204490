"""Pictures to look through: small ones in a grid, one of them large; by mouse, touch and keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui import services
from ui.words import esc

PAGE = 48  # pictures at once: about 200 KB

_HTML = '<div class="grid" role="listbox"></div>'

_CSS = """
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px;
  font-family: var(--st-font); padding: 3px; }
.grid button { all: unset; box-sizing: border-box; cursor: pointer; border-radius: 10px; overflow: hidden;
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color);
  display: flex; flex-direction: column; min-width: 0; transition: box-shadow 120ms; }
.grid button:hover { box-shadow: 0 2px 10px rgba(0, 0, 0, 0.18); }
.grid button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.grid button[aria-selected=true] { border-color: var(--st-primary-color);
  box-shadow: 0 0 0 2px var(--st-primary-color); }
.grid img { width: 100%; aspect-ratio: 1; object-fit: cover; display: block; }
.grid .title, .grid .note { font-size: 12.5px; line-height: 1.35; padding: 0 7px; color: var(--st-text-color);
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.grid .title { padding-top: 5px; font-weight: 600; }
.grid .note { margin-bottom: 6px; opacity: 0.75; white-space: normal; overflow-wrap: anywhere;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.grid .title:last-child { padding-bottom: 6px; }
"""

_JS = """
const memory = new WeakMap();

function tile(item, index) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.id = item.id;
  button.setAttribute("role", "option");
  button.setAttribute("aria-label", item.alt);
  button.title = item.alt;
  button.tabIndex = index === 0 ? 0 : -1;
  const image = document.createElement("img");
  image.loading = "lazy"; image.decoding = "async"; image.alt = ""; image.src = item.src;
  button.append(image);
  for (const part of ["title", "note"]) {
    if (!item[part]) continue;
    const line = document.createElement("span");
    line.className = part;
    line.textContent = item[part];
    button.append(line);
  }
  return button;
}

function moved(tiles, from, key) {
  const columns = tiles.filter(t => t.offsetTop === tiles[0].offsetTop).length;
  const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns};
  if (key === "Home") return 0;
  if (key === "End") return tiles.length - 1;
  return key in steps ? Math.min(tiles.length - 1, Math.max(0, from + steps[key])) : null;
}

export default function({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const state = memory.get(parentElement) || { drawn: "", selected: null };
  memory.set(parentElement, state);
  grid.setAttribute("aria-label", data.label);
  const wanted = data.items.map(item => item.id + item.title + item.note).join("|");
  if (wanted !== state.drawn) {
    state.drawn = wanted;
    grid.replaceChildren(...data.items.map(tile));
  }
  const tiles = [...grid.children];
  const paint = () => tiles.forEach(t => t.setAttribute("aria-selected", t.dataset.id === state.selected));
  paint();
  grid.onclick = event => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    state.selected = chosen.dataset.id;
    paint();
    setTriggerValue("opened", state.selected);
  };
  grid.onkeydown = event => {
    const from = tiles.indexOf(event.target.closest("button"));
    const to = from < 0 ? null : moved(tiles, from, event.key);
    if (to === null) return;
    event.preventDefault();
    tiles[from].tabIndex = -1;
    tiles[to].tabIndex = 0;
    tiles[to].focus();
  };
}
"""

_grid = st.components.v2.component("sightsmith_gallery", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One picture of a gallery. ``title`` and ``note`` stand below it, ``details`` below its large form."""

    sha256: str
    path: str
    title: str
    note: str = ""
    details: tuple[str, ...] = ()

    @property
    def alt(self) -> str:
        """What a person who cannot see the picture is told."""
        return ", ".join(part for part in (self.title, self.note, self.path) if part)


def show(tiles: Sequence[Tile], *, key: str, label: str, empty: str) -> Tile | None:
    """Draw the pictures, a page at a time, open the one that is clicked, and return it.

    ``key`` must name the set of pictures: another set, another key.
    """
    if not tiles:
        st.caption(esc(empty))
        return None
    page = _page(len(tiles), key)
    first = (page - 1) * PAGE
    shown = tiles[first : first + PAGE]
    # The data must not change with a click, or each click would send all pictures again.
    picked = _grid(
        key=f"{key}_{page}",
        data={"items": [_item(first + i, tile) for i, tile in enumerate(shown)], "label": label},
        on_opened_change=lambda: None,
        height="content",
    )
    chosen = _chosen(tiles, picked.opened)
    if chosen is not None:
        _enlarged(chosen)
    return chosen


def _page(pictures: int, key: str) -> int:
    if pictures <= PAGE:
        return 1
    pages = -(-pictures // PAGE)
    page = st.pagination(pages, key=f"{key}_page")
    last = min(pictures, page * PAGE)
    st.caption(f"Pictures {(page - 1) * PAGE + 1:,} to {last:,} of {pictures:,}")
    return page


def _item(index: int, tile: Tile) -> dict[str, str]:
    return {
        "id": str(index),
        "src": services.thumbnail_uri(tile.sha256),
        "title": tile.title,
        "note": tile.note,
        "alt": tile.alt,
    }


def _chosen(tiles: Sequence[Tile], opened: object) -> Tile | None:
    if not isinstance(opened, str) or not opened.isdigit() or int(opened) >= len(tiles):
        return None
    return tiles[int(opened)]


@st.dialog("Picture", position="right", icon=":material/image:")
def _enlarged(tile: Tile) -> None:
    st.image(services.large_picture(tile.sha256), width="stretch", alt=tile.alt)
    st.markdown(f"**{esc(tile.title)}**")
    for line in tile.details or (tile.note,):
        st.markdown(esc(line))
    st.caption(esc(tile.path))
