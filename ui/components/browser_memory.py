"""What a tab of the browser remembers over a reload or a restart: nothing of it stands in the address.

The address is passed on to others, who must not go on under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

KEY: Final = "browser_memory"

_JS: Final = """
const place = name => "sightsmith_" + name;

export default function({ data, setStateValue }) {
  try {
    const names = Object.keys(data.kept);
    if (!data.begun) {
      const found = {};
      for (const name of names) {
        const text = sessionStorage.getItem(place(name));
        if (text) found[name] = text;
      }
      if (Object.keys(found).length) return setStateValue("found", found);
    }
    for (const name of names) {
      if (data.kept[name]) sessionStorage.setItem(place(name), data.kept[name]);
      else sessionStorage.removeItem(place(name));
    }
  } catch { /* a browser that may not remember anything */ }
}
"""

_memory = st.components.v2.component("sightsmith_memory", html="<span></span>\n", js=_JS)


def show(kept: Mapping[str, str], *, begun: bool) -> Mapping[str, str]:
    """Have ``kept`` remembered, and return what was remembered before this visit.

    Until the visit has ``begun``, by what was found or by what a visitor has said in it, nothing that is
    remembered is written over.
    """
    told = _memory(
        key=KEY,
        data={"kept": dict(kept), "begun": begun},
        default={"found": {}},
        on_found_change=lambda: None,
    )
    found = told.get("found") or {}  # nothing where a script runs without a browser
    return {name: found[name] for name in kept if isinstance(found.get(name), str)}
