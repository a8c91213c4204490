"""What the grids of pictures share: how a tile looks, how it is ticked, and how the keyboard reaches it."""

from __future__ import annotations

from typing import Final

CSS: Final = """
.tools { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; font-size: 13px;
  margin-bottom: 8px; min-height: 24px; }
.tools span { opacity: 0.75; }
.tools button { all: unset; cursor: pointer; color: var(--st-link-color); text-decoration: underline;
  padding: 3px 0; }
.tools button:focus-visible, .tile:focus-visible { outline: 3px solid var(--st-primary-color);
  outline-offset: 2px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px; }
.tile { position: relative; box-sizing: border-box; cursor: pointer; border-radius: 10px; overflow: hidden;
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color);
  display: flex; flex-direction: column; min-width: 0; transition: box-shadow 120ms; }
.tile:hover { box-shadow: 0 2px 10px rgba(0, 0, 0, 0.18); }
.tile img { width: 100%; aspect-ratio: 1; object-fit: cover; display: block; }
.tick { position: absolute; top: 0; left: 0; width: 36px; height: 36px; display: grid; place-items: center; }
.tick i { width: 20px; height: 20px; border-radius: 50%; border: 2px solid white; box-sizing: border-box;
  background: rgba(0, 0, 0, 0.35); box-shadow: 0 0 2px rgba(0, 0, 0, 0.6); color: white; font-style: normal;
  font-size: 13px; line-height: 16px; text-align: center; }
.tile[aria-selected=true] .tick i { background: var(--st-primary-color); }
.tile[aria-selected=true] .tick i::after { content: "\\2713"; }
.title, .note, .mark { font-size: 12.5px; line-height: 1.35; margin: 0 7px; overflow: hidden;
  overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.title { margin-top: 5px; font-weight: 600; }
.note { opacity: 0.75; }
"""

JS: Final = """
const memory = new WeakMap();

function element(kind, name, text) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

// a picture of the list, with a circle to tick it by where several can be chosen, and words below it
function tile(item, choose, words) {
  const made = element("div", "tile");
  made.dataset.id = item.id;
  made.setAttribute("role", "option");
  made.setAttribute("aria-label", item.alt);
  made.title = item.alt;
  made.tabIndex = -1;
  const image = element("img");
  image.loading = "lazy"; image.decoding = "async"; image.alt = ""; image.src = item.src;
  made.append(image);
  if (choose) {
    const tick = element("span", "tick");
    tick.append(element("i"));
    made.append(tick);
  }
  made.append(...words);
  return made;
}

function list(tiles, label, choose) {
  const grid = element("div", "grid");
  grid.setAttribute("role", "listbox");
  grid.setAttribute("aria-label", label);
  if (choose) grid.setAttribute("aria-multiselectable", "true");
  grid.append(...tiles);
  return grid;
}

// the line above: all of them, none of them, and what else can be done
function tools(all, none, hint) {
  const line = element("div", "tools");
  const buttons = [element("button", "all", all), element("button", "none", none)];
  buttons.forEach(button => { button.type = "button"; });
  line.append(...buttons, element("span", "", hint));
  return line;
}

// where the key leads from tile number `from`; null for a key that leads nowhere
function moved(tiles, from, key) {
  const columns = tiles.filter(t => t.offsetTop === tiles[0].offsetTop).length;
  const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns};
  if (key === "Home") return 0;
  if (key === "End") return tiles.length - 1;
  return key in steps ? Math.min(tiles.length - 1, Math.max(0, from + steps[key])) : null;
}

// tick a tile or take its tick away; with `range`, the same for all from the last one to it
function tickOne(tiles, state, t, range) {
  const to = tiles.indexOf(t), add = !state.chosen.has(t.dataset.id);
  const from = range && state.last !== null ? state.last : to;
  for (const one of tiles.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (add) state.chosen.add(one.dataset.id); else state.chosen.delete(one.dataset.id);
  }
  state.last = to;
}

const ids = tiles => tiles.map(t => t.dataset.id);
const withKeys = event => event.shiftKey || event.ctrlKey || event.metaKey;
"""
