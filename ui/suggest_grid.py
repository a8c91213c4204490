"""Pictures with the classes that a model suggests: looked through, ticked, corrected, also by touch and keys.

What a click says is chosen above the pictures: the suggested class at first, any other for a wrong answer.
The browser keeps what was said of pages that are left, until it is reloaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.domain.report import Doubt
from core.domain.suggestions import Suggestion
from ui import tile_grid
from ui.thumbnails import UNREADABLE
from ui.try_desk import small
from ui.words import percent

_HTML: Final = '<div class="suggested"></div>\n'

_CSS: Final = (
    tile_grid.CSS
    + """
.suggested { font-family: var(--st-font); color: var(--st-text-color); padding: 3px;
  scroll-margin-top: 70px; }
.says { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; font-size: 13px; padding: 6px 0;
  position: sticky; top: 3.75rem; z-index: 2; background: var(--st-background-color); }
.says button { all: unset; box-sizing: border-box; cursor: pointer; max-width: 17em; flex: none;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 5px 11px; border-radius: 999px;
  border: 1px solid var(--st-border-color); }
.says button[aria-pressed=true] { background: var(--st-primary-color); border-color: var(--st-primary-color);
  color: white; font-weight: 600; }
.says button small { opacity: 0.65; margin-right: 5px; font-size: 11px; }
.says button:focus-visible, .says input:focus-visible { outline: 3px solid var(--st-primary-color);
  outline-offset: 2px; }
.says input { font: inherit; color: inherit; background: transparent; box-sizing: border-box; width: 11.5em;
  max-width: 100%; padding: 5px 11px; border-radius: 999px; border: 1px dashed var(--st-border-color); }
.says input::placeholder { color: inherit; opacity: 0.75; }
.tile[aria-selected=true] { border-color: var(--st-primary-color);
  box-shadow: 0 0 0 2px var(--st-primary-color); }
.look { position: absolute; top: 0; right: 0; width: 36px; height: 36px; display: grid; place-items: center; }
.look i { width: 22px; height: 22px; border-radius: 50%; position: relative;
  background: rgba(0, 0, 0, 0.45); }
.look i::before { content: ""; position: absolute; left: 5px; top: 5px; width: 7px; height: 7px;
  border: 2px solid white; border-radius: 50%; }
.look i::after { content: ""; position: absolute; left: 14px; top: 12px; width: 2px; height: 6px;
  background: white; transform: rotate(-45deg); border-radius: 1px; }
.title { -webkit-line-clamp: 3; }
.tile[aria-selected=false] .title { font-weight: 400; opacity: 0.7; }
.tile[data-other=true] .title { align-self: flex-start; background: var(--st-primary-color); color: white;
  padding: 0 7px; border-radius: 6px; }
.note { margin-bottom: 6px; }
@media (max-width: 640px) {
  .says { flex-wrap: nowrap; overflow-x: auto; }
  .says > * { flex: none; }
  .grid { grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: 8px; }
}
@media (pointer: coarse) { .says button small { display: none; } .says button { padding: 8px 13px; }
  .says input { padding: 8px 13px; font-size: 16px; width: 9em; } }
"""
)

_JS: Final = (
    tile_grid.JS
    + """
const MOST = 8;  // classes with a button of their own
const kept = new Map();   // what was said of pictures, also of pages that were left
const typed = new Map();  // by batch: further classes that were typed
let before = "";          // the batch that was drawn last

const brief = name => name.length > 20 ? name.slice(0, 19) + "…" : name;  // beside others
const same = (a, b) => a.length === b.length && a.every(name => b.includes(name));

// what a picture is called once a click with `says` has been made, or taken back; null says what is suggested
function put(item, now, says, on, several) {
  if (says === null) return on ? item.said : [];
  if (!several) return on ? [says] : [];
  return on ? [...new Set([...now, says])] : now.filter(name => name !== says);
}

function choices(data) {
  const own = data.said ? [{ says: null, words: data.said }] : [];
  const names = [...data.classes.slice(0, MOST), ...(typed.get(data.batch) || [])];
  const others = [...new Set(names)].filter(name => data.several || name !== data.said);
  return [...own, ...others.map(name => ({ says: name, words: name }))];
}

function says(data) {
  const line = element("div", "says");
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", "What a click on a picture says");
  line.append(element("span", "", "A click says"));
  choices(data).forEach((choice, number) => {
    const button = element("button", "say", "");
    if (number < 9) button.append(element("small", "", String(number + 1)));
    button.append(document.createTextNode(choice.words));
    button.type = "button";
    button.title = choice.words;
    button.dataset.number = number;
    line.append(button);
  });
  const field = element("input", "another"), known = element("datalist");
  known.id = "known";
  known.append(...data.classes.map(name => Object.assign(document.createElement("option"), { value: name })));
  field.setAttribute("list", "known");
  field.placeholder = field.ariaLabel = "Another class";
  field.maxLength = 200;
  line.append(field, known);
  return line;
}

function build(root, data) {
  const words = item => [element("span", "title", " "), element("span", "note", item.note)];
  const hint = "Click a picture to say what it shows; the glass shows it large.";
  root.replaceChildren(
    says(data),
    tools("Tick all " + data.items.length, "Tick none", hint),
    list(data.items.map(item => tile(item, true, words(item))), data.label, true),
  );
  root.querySelectorAll(".tile").forEach(t => {
    const look = element("span", "look");
    look.append(element("i"));
    t.append(look);
  });
  if (!data.said) root.querySelector(".all").remove();
}

export default function({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".suggested");
  const state = memory.get(parentElement) || { drawn: "", says: 0, last: null };
  memory.set(parentElement, state);
  const wanted = data.batch + data.said + data.items.map(item => item.id).join("|");
  const anew = wanted !== state.drawn;
  if (anew) {
    Object.assign(state, { drawn: wanted, says: 0, last: null });
    build(root, data);
    root.querySelector(".tile").tabIndex = 0;
  }
  const tiles = [...root.querySelectorAll(".tile")];
  const said = item => kept.get(data.batch + item.id) ?? item.start;
  const say = (item, labels) => kept.set(data.batch + item.id, labels);
  const isOn = (item, how) => how === null ? said(item).length > 0 && same(said(item), item.said)
    : said(item).includes(how);
  const chosen = () => choices(data)[state.says]?.says;
  const paint = () => {
    root.querySelectorAll(".say").forEach((b, at) => b.setAttribute("aria-pressed", at === state.says));
    tiles.forEach((t, number) => {
      const item = data.items[number], labels = said(item), words = labels.join(", ");
      const shown = labels.length > 1 ? labels.map(brief).join(", ") : words;
      t.setAttribute("aria-selected", labels.length > 0);
      t.dataset.other = labels.length > 0 && !same(labels, item.said);
      t.querySelector(".title").textContent = shown || "not added";
      const what = labels.length ? "To be added as " + words : "Not to be added";
      t.setAttribute("aria-label", what + ": " + item.alt);
      t.title = what + ": " + item.alt;
    });
  };
  const tell = () => {
    paint();
    const others = data.items.filter(item => !same(said(item), item.start));
    setStateValue("said", others.map(item => [item.id, said(item)]));
  };
  const click = (t, range, how) => {
    const to = tiles.indexOf(t), on = !isOn(data.items[to], how);
    const from = range && state.last !== null ? state.last : to;
    for (const item of data.items.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      say(item, put(item, said(item), how, on, data.several));
    }
    state.last = to;
    tell();
  };
  const open = t => setTriggerValue("opened", t.dataset.id);
  const go = (from, to) => { from.tabIndex = -1; tiles[to].tabIndex = 0; tiles[to].focus(); };
  paint();
  if (anew) {
    if (data.items.some(item => !same(said(item), item.start))) tell();
    // the next page begins where the last one began, not where its button was
    const above = root.getBoundingClientRect().top < 0;
    if (before === data.batch && above) root.scrollIntoView({ block: "start" });
    before = data.batch;
  }
  root.onclick = event => {
    const choice = event.target.closest(".say"), at = event.target.closest(".tile");
    if (choice) { state.says = Number(choice.dataset.number); return paint(); }
    const all = event.target.closest(".all");
    if (all || event.target.closest(".none")) {
      data.items.forEach(item => say(item, all ? item.said : []));
      return tell();
    }
    if (at && event.target.closest(".look")) return open(at);
    if (at && chosen() !== undefined) click(at, event.shiftKey, chosen());
  };
  root.onchange = event => {
    const name = event.target.closest(".another")?.value.trim();
    if (!name) return;
    let number = choices(data).findIndex(choice => choice.words === name);
    if (number < 0) {
      typed.set(data.batch, [...(typed.get(data.batch) || []), name]);
      number = choices(data).findIndex(choice => choice.says === name);
    }
    state.says = number;
    root.querySelector(".says").replaceWith(says(data));
    paint();
  };
  root.onkeydown = event => {
    const at = event.target.closest(".tile");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = tiles.indexOf(at), to = moved(tiles, here, event.key);
    const number = /^[0-9]$/.test(event.key) ? Number(event.key) : null;
    if (to === null && number === null && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (to !== null) return go(at, to);
    if (event.key === "Enter") return open(at);
    if (event.key === " ") return chosen() === undefined ? null : click(at, event.shiftKey, chosen());
    const item = data.items[here], choice = choices(data)[number - 1];
    if (number && !choice) return;
    say(item, number ? put(item, said(item), choice.says, true, data.several) : []);
    tell();
    go(at, Math.min(tiles.length - 1, here + 1));
  };
}
"""
)

_grid = st.components.v2.component("sightsmith_suggested", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of the pictures: their classes by content hash, none for one that is not to be added.

    ``opened`` is the picture to be seen large, just now.
    """

    labels: Mapping[str, tuple[str, ...]]
    opened: Suggestion | None


def draw(
    shown: Sequence[Suggestion], *, classes: Sequence[str], several: bool, batch: str, label: str
) -> Said:
    """Draw pictures for which the same is suggested, and return what is said of them.

    Those of which the model is sure start as it suggests; the others start as not to be added.
    """
    # The data must not change with a click, or each click would send all pictures again.
    result = _grid(
        key=key_of(shown, batch),
        data={
            "items": [_item(one) for one in shown],
            "classes": list(classes),
            "said": ", ".join(shown[0].labels),
            "several": several,
            "batch": batch,
            "label": label,
        },
        default={"said": []},
        on_said_change=lambda: None,
        on_opened_change=lambda: None,
        height="content",
    )
    changed = _read(result.said)
    opened = result.opened if isinstance(result.opened, str) else ""
    return Said(
        labels={one.sha256: changed.get(one.sha256, _start(one)) for one in shown},
        opened=next((one for one in shown if one.sha256 == opened), None),
    )


def key_of(shown: Sequence[Suggestion], batch: str) -> str:
    """Return the key of the grid of exactly these suggestions: others are another grid."""
    told = "|".join(f"{one.sha256}{one.labels}" for one in shown)
    return f"suggested_{batch[:8]}_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _start(one: Suggestion) -> tuple[str, ...]:
    return one.labels if one.sure else ()


def _item(one: Suggestion) -> dict[str, object]:
    note = _note(one)
    return {
        "id": one.sha256,
        "src": small(one.tried) or UNREADABLE,
        "note": note,
        "alt": f"{note}, {one.tried.name}",
        "said": list(one.labels),
        "start": list(_start(one)),
    }


def _note(one: Suggestion) -> str:
    sure = percent(one.answer.how_likely)
    if one.answer.doubt is None:
        return f"{sure} sure"
    return f"{sure}: {'not sure' if one.answer.doubt is Doubt.NOT_SURE else 'unlike anything'}"


def _read(told: object) -> dict[str, tuple[str, ...]]:
    """Return what the browser tells, as far as it makes sense."""
    pairs = told if isinstance(told, list) else []
    return {
        pair[0]: tuple(
            dict.fromkeys(name.strip() for name in pair[1] if isinstance(name, str) and name.strip())
        )
        for pair in pairs
        if isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)
    }
