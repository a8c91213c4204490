"""Small pictures in a grid, to open and to choose from; by mouse, touch and keyboard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.errors import PictureError, StoreError
from ui import errors, thumbnails, tile_grid
from ui.words import esc, short

_HTML = '<div class="pictures"></div>\n'

_CSS = (
    tile_grid.CSS
    + """
.pictures { font-family: var(--st-font); color: var(--st-text-color); padding: 3px; }
.boxes { display: flex; flex-wrap: wrap; gap: 12px; }
.box { border: 1px solid var(--st-border-color); border-radius: 12px; padding: 8px; max-width: 100%;
  box-sizing: border-box; }
.box h4 { margin: 0 0 6px 2px; font-size: 13px; font-weight: 600; overflow-wrap: anywhere; }
.box .grid { display: flex; flex-wrap: wrap; gap: 8px; }
.box .tile { width: 104px; }
.tile[aria-selected=true] { border-color: var(--st-primary-color);
  box-shadow: 0 0 0 2px var(--st-primary-color); }
.title { -webkit-line-clamp: 3; }
.note, .title:last-child { margin-bottom: 6px; }
@media (max-width: 640px) {
  .box { width: 100%; }
  .box .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); }
  .box .tile { width: auto; }
}
"""
)

_JS = (
    tile_grid.JS
    + """
function worded(item, choose) {
  const parts = ["title", "note"].filter(part => item[part]);
  return tile(item, choose, parts.map(part => element("span", part, item[part])));
}

function listed(set, data) {
  const label = set.title ? data.label + ": " + set.title : data.label;
  return list(set.items.map(item => worded(item, data.choose)), label, data.choose);
}

function boxed(set, data) {
  const box = element("div", "box");
  if (set.title) box.append(element("h4", "", set.title));
  box.append(listed(set, data));
  return box;
}

function build(root, data) {
  const parts = [];
  if (data.choose) {
    const count = data.sets.reduce((sum, set) => sum + set.items.length, 0);
    const hint = "Tick pictures to choose them; click one to see it large.";
    parts.push(tools("Choose all " + count + " here", "Choose none", hint));
  }
  if (data.boxed) {
    const boxes = element("div", "boxes");
    boxes.append(...data.sets.map(set => boxed(set, data)));
    parts.push(boxes);
  } else {
    parts.push(...data.sets.map(set => listed(set, data)));
  }
  root.replaceChildren(...parts);
}

export default function({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".pictures");
  const state = memory.get(parentElement) || { drawn: "", open: null, chosen: new Set(), last: null };
  memory.set(parentElement, state);
  const named = item => item.id + item.title + item.note + item.alt;
  const wanted = data.sets.map(set => set.title + set.items.map(named)).join("|");
  if (wanted !== state.drawn) {
    state.drawn = wanted;
    state.chosen = new Set(data.chosen);
    build(root, data);
    const first = root.querySelector(".tile");
    if (first) first.tabIndex = 0;
  }
  const tiles = [...root.querySelectorAll(".tile")];
  const marked = t => data.choose ? state.chosen.has(t.dataset.id) : t.dataset.id === state.open;
  const paint = () => tiles.forEach(t => t.setAttribute("aria-selected", marked(t)));
  const tell = () => { paint(); setStateValue("chosen", ids(tiles).filter(id => state.chosen.has(id))); };
  const open = t => { state.open = t.dataset.id; paint(); setTriggerValue("opened", state.open); };
  const toggle = (t, range) => { tickOne(tiles, state, t, range); tell(); };
  paint();
  root.onclick = event => {
    if (event.target.closest(".all")) { ids(tiles).forEach(id => state.chosen.add(id)); return tell(); }
    if (event.target.closest(".none")) { state.chosen.clear(); return tell(); }
    const at = event.target.closest(".tile");
    if (!at) return;
    const choosing = event.target.closest(".tick") || withKeys(event);
    if (data.choose && choosing) toggle(at, event.shiftKey); else open(at);
  };
  root.onkeydown = event => {
    const at = event.target.closest(".tile");
    if (!at) return;
    const to = moved(tiles, tiles.indexOf(at), event.key);
    if (to === null && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (to === null) return data.choose && event.key === " " ? toggle(at, event.shiftKey) : open(at);
    at.tabIndex = -1;
    tiles[to].tabIndex = 0;
    tiles[to].focus();
  };
}
"""
)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSet:
    """Pictures that belong together and are shown side by side in a box."""

    tiles: tuple[Tile, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What was done with the pictures: one opened just now, some chosen."""

    opened: Tile | None
    chosen: tuple[Tile, ...]


Tell = Callable[[str], tuple[str, ...]]  # content hash to what else is known of the picture


def draw(
    sets: Sequence[TileSet],
    *,
    key: str,
    label: str,
    boxed: bool = False,
    choose: bool = False,
    tell: Tell | None = None,
) -> Picked:
    """Draw all these pictures, open the one that is clicked, and return what was picked.

    ``boxed`` draws a box around each set; ``choose`` lets the visitor tick any number, until the pictures
    change; ``tell`` is asked for more lines once a picture is opened.
    """
    tiles = [tile for one in sets for tile in one.tiles]
    thumbnails.draw([tile.sha256 for tile in tiles])
    # The data must not change with a click, or each click would send all pictures again.
    result = _grid(
        key=f"{key}_{_print(tiles)}",
        data={"sets": _data(sets), "label": label, "boxed": boxed, "choose": choose, "chosen": []},
        default={"chosen": []},
        on_chosen_change=lambda: None,
        on_opened_change=lambda: None,
        height="content",
    )
    opened = _at(tiles, result.opened)
    if opened is not None:
        _enlarged(opened, tell)
    chosen = (_at(tiles, index) for index in result.chosen or ())
    return Picked(opened=opened, chosen=tuple(tile for tile in chosen if tile is not None))


def _print(tiles: Sequence[Tile]) -> str:
    """Return a name for exactly these pictures as they are shown: others are another grid."""
    shown = "|".join(f"{tile.sha256}{tile.title}{tile.note}" for tile in tiles)
    return hashlib.sha256(shown.encode()).hexdigest()[:12]


def _data(sets: Sequence[TileSet]) -> list[dict[str, object]]:
    first = 0
    data: list[dict[str, object]] = []
    for one in sets:
        items = [_item(first + i, tile) for i, tile in enumerate(one.tiles)]
        data.append({"title": one.title, "items": items})
        first += len(items)
    return data


def _item(index: int, tile: Tile) -> dict[str, str]:
    return {
        "id": str(index),
        "src": thumbnails.uri(tile.sha256),
        "title": short(tile.title),
        "note": tile.note,
        "alt": tile.alt,
    }


def _at(tiles: Sequence[Tile], index: object) -> Tile | None:
    if not isinstance(index, str) or not index.isdigit() or int(index) >= len(tiles):
        return None
    return tiles[int(index)]


@st.dialog("Picture", position="right", icon=":material/image:")
def _enlarged(tile: Tile, tell: Tell | None) -> None:
    try:
        st.image(thumbnails.large(tile.sha256), width="stretch", alt=tile.alt)
    except (PictureError, StoreError) as problem:
        errors.show(problem)
    st.markdown(f"**{esc(tile.title)}**")
    more = tell(tile.sha256) if tell else ()
    for line in (*(tile.details or (tile.note,)), *more):
        st.markdown(esc(line))
    st.caption(esc(tile.path))
