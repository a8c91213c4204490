"""Pictures as a zip of any size, a project's or answered ones, without filling the memory of anybody.

It must be drawn by an app whose server has ``ui.export_route.routes()``.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.export_route import address

_HTML = """
<div class="export">
  <button type="button">
    <span class="icon" aria-hidden="true">download</span><span class="what"></span>
  </button>
  <label><input type="checkbox">without camera data (place, time, owner)</label>
  <div class="note" role="status"></div>
  <div class="error" role="alert"></div>
</div>
"""

_CSS = """
.export { font-family: var(--st-font); color: var(--st-text-color); font-size: 0.875rem;
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.9rem; }
button { font: inherit; color: inherit; cursor: pointer; display: inline-flex; align-items: center;
  gap: 0.5rem; padding: 0.25rem 0.75rem; min-height: 2.5rem; border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); background: var(--st-background-color); }
button:hover:not(:disabled) { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
button:disabled { cursor: progress; opacity: 0.6; }
label { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 2.5rem; cursor: pointer; }
input { width: 1rem; height: 1rem; margin: 0; accent-color: var(--st-primary-color); }
.icon { font-family: "Material Symbols Rounded"; font-size: 1.25rem; line-height: 1; width: 1em;
  overflow: hidden; white-space: nowrap; font-feature-settings: "liga"; }
label[hidden] { display: none; }
.note { opacity: 0.75; }
.error { padding: 0.5rem 0.7rem; border-radius: var(--st-base-radius);
  color: var(--st-red-text-color); background: var(--st-red-background-color); }
.note:empty, .error:empty { display: none; }
"""

_JS = """
const busy = new WeakSet();
const GONE = "Sightsmith does not answer. Look whether it is still running, then try again.";

function size(bytes) {
  for (const [unit, divisor] of [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]])
    if (bytes >= divisor) return (bytes / divisor).toFixed(1) + " " + unit;
  return bytes + " bytes";
}

// Returns the token and the size of the packed zip, or throws what to tell.
async function packed(address) {
  let answer;
  try { answer = await fetch(address, { method: "POST" }); } catch { throw GONE; }
  const told = await answer.json().catch(() => ({ message: "The pictures could not be packed." }));
  if (!answer.ok) throw [told.message, told.hint].filter(Boolean).join(" ");
  return told;
}

function fetchIt(address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

async function takeAlong(part, address) {
  if (busy.has(part.button)) return;
  busy.add(part.button);
  part.button.disabled = true;
  part.error.textContent = "";
  part.note.textContent = "Packing the pictures; the download begins by itself.";
  try {
    const question = part.input.checked ? "?camera_data=no" : part.query;
    const { token, bytes } = await packed(address + question);
    fetchIt(address + "/" + token);
    part.note.textContent = `The download has begun: ${size(bytes)}.`;
  } catch (told) {
    part.note.textContent = "";
    part.error.textContent = told;
  }
  part.button.disabled = false;
  busy.delete(part.button);
}

export default function({ data, parentElement }) {
  const part = {};
  for (const name of ["button", "label", "input", ".note", ".error"])
    part[name.replace(".", "")] = parentElement.querySelector(name);
  parentElement.querySelector(".what").textContent = data.what;
  part.query = data.query;
  part.button.title = data.help;
  part.label.title = data.without;
  part.label.hidden = !data.without;
  part.button.onclick = () => takeAlong(part, data.address);
}
"""

_button = st.components.v2.component("sightsmith_export", html=_HTML, css=_CSS, js=_JS)
_HELP = (
    "A zip with a folder per class and a table of labels, series and splits. It can be brought in again "
    "as it is. Pictures you left out stay out."
)
_WITHOUT = (
    "Cameras and phones write place, time and owner into a picture's file. Without that, the pictures look "
    "the same, but are other files: brought in again, they count as other pictures."
)


_SORTED = (
    "A zip with a folder per answer, one for what is left to a person, and a table of all answers. The "
    "pictures stay as they are."
)


def show(project_id: str) -> None:
    """Draw the button for a project's pictures; a click packs the zip on the server, and it is downloaded."""
    told = {"what": "Download these pictures", "help": _HELP, "without": _WITHOUT, "query": ""}
    _draw(project_id, told, key=f"export_{project_id}")


def show_sorted(place: str) -> None:
    """Draw the button for the pictures that were answered last at this place, sorted by their answers."""
    told = {"what": "Sorted into folders", "help": _SORTED, "without": "", "query": "?sorted=yes"}
    _draw(place, told, key=f"export_sorted_{place}")


def _draw(place: str, told: Mapping[str, str], *, key: str) -> None:
    data = {**told, "address": address(place)}
    _button(key=key, data=data, width="content", height="content")
