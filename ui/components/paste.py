"""Pictures pasted from the clipboard, handed to a file uploader of the page as if they were dropped there."""

from __future__ import annotations

from typing import Final

import streamlit as st

_HTML: Final = '<span class="hint"></span>\n'

_CSS: Final = """
.hint { font-family: var(--st-font); font-size: 0.875rem; color: var(--st-text-color); opacity: 0.75; }
"""

_JS: Final = """
const listening = new WeakMap();
const TEXT = "input, textarea, [contenteditable=true]";

function pictures(event) {
  const found = [...(event.clipboardData?.files ?? [])].filter(file => file.type.startsWith("image/"));
  return found.map(file => new File([file], "pasted " + file.name, { type: file.type }));
}

function paste(event, uploader) {
  if (event.target.closest?.(TEXT)) return; // what is pasted into a field belongs there
  const field = document.querySelector(".st-key-" + uploader + " input[type=file]");
  const found = pictures(event);
  if (!field || field.disabled || !found.length) return;
  event.preventDefault();
  const carried = new DataTransfer();
  found.forEach(file => carried.items.add(file));
  field.files = carried.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export default function({ data, parentElement }) {
  parentElement.querySelector(".hint").textContent = data.hint;
  listening.get(parentElement)?.();
  const hear = event => paste(event, data.uploader);
  const end = () => document.removeEventListener("paste", hear);
  document.addEventListener("paste", hear);
  listening.set(parentElement, end);
  return end;
}
"""

_paste = st.components.v2.component("sightsmith_paste", html=_HTML, css=_CSS, js=_JS)


def show(uploader: str, *, hint: str) -> None:
    """Hand pictures that are pasted into the page to the uploader with this key, and say that it can be done.

    The uploader must take several files.
    """
    _paste(key=f"paste_{uploader}", data={"uploader": uploader, "hint": hint}, height="content")
