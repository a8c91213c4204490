"""Two pictures on top of each other, and a slider between them that needs no answer of the server."""

from __future__ import annotations

import streamlit as st

from core.domain.explanation import Box
from core.sharing.heat_picture import RAMP

_HTML = """<figure class="blend">
<div class="frame"><img class="below"><img class="above" alt=""><div class="seen" hidden></div></div>
<label><span class="name"></span><input type="range" min="0" max="100" step="5" value="60"><output></output>
</label>
<figcaption><span>looked past</span><i></i><span>bright: looked here most</span></figcaption>
</figure>
"""

_CSS = """
.blend { margin: 0; font-family: var(--st-font); color: var(--st-text-color); font-size: 14px; }
.frame { position: relative; overflow: hidden; border-radius: 10px;
  border: 1px solid var(--st-border-color); }
.frame img { display: block; position: absolute; inset: 0; width: 100%; height: 100%; }
.seen { position: absolute; box-sizing: border-box; outline: 2px dashed white;
  box-shadow: 0 0 0 9999px rgba(0, 0, 0, 0.55); }
.blend label { display: flex; align-items: center; gap: 10px; margin-top: 10px; min-height: 32px; }
.blend input { flex: 1; min-width: 80px; height: 28px; accent-color: var(--st-primary-color);
  cursor: pointer; }
.blend input:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.blend output { min-width: 3.2em; text-align: right; font-variant-numeric: tabular-nums; }
.blend figcaption { display: flex; align-items: center; gap: 8px; font-size: 13px; }
.blend figcaption i { flex: 1; max-width: 160px; height: 10px; border-radius: 5px;
  border: 1px solid var(--st-border-color); background: linear-gradient(to right, transparent, RAMP); }
""".replace("RAMP", ", ".join(RAMP))

_JS = """
function place(figure, frame, seen, data) {
  const [width, height] = data.size;
  const widest = Math.round(520 * width / height);
  figure.style.maxWidth = Math.max(260, widest) + "px";
  frame.style.maxWidth = widest + "px";
  frame.style.aspectRatio = width + " / " + height;
  seen.hidden = !data.seen;
  if (!data.seen) return;
  const [left, top, right, bottom] = data.seen.map(share => share * 100);
  Object.assign(seen.style,
    {left: left + "%", top: top + "%", width: right - left + "%", height: bottom - top + "%"});
}

export default function({ data, parentElement }) {
  const find = name => parentElement.querySelector(name);
  const below = find(".below"), above = find(".above"), slider = find("input");
  if (below.src !== data.below) below.src = data.below;
  if (above.src !== data.above) above.src = data.above;
  below.alt = data.alt;
  find(".name").textContent = data.label;
  place(find(".blend"), find(".frame"), find(".seen"), data);
  const paint = () => {
    above.style.opacity = slider.value / 100;
    find("output").textContent = slider.value + " %";
    slider.setAttribute("aria-valuetext", slider.value + " %");
  };
  slider.oninput = paint;
  slider.onkeydown = event => event.stopPropagation();  // its arrows are no shortcuts of the page
  paint();
}
"""

_blend = st.components.v2.component("sightsmith_blend", html=_HTML, css=_CSS, js=_JS)


def draw(  # noqa: PLR0913 - reads like a form, and everything on it is named
    *, below: str, above: str, size: tuple[int, int], seen: Box, alt: str, label: str, key: str
) -> None:
    """Draw the picture ``below`` and, as far as the slider says, the one ``above``; both data addresses.

    ``size`` is width and height, of which only the proportion matters. What was not ``seen`` is darkened.
    """
    box = None if seen.whole else [seen.left, seen.top, seen.right, seen.bottom]
    _blend(
        key=key,
        data={
            "below": below,
            "above": above,
            "size": list(size),
            "seen": box,
            "alt": alt,
            "label": label,
        },
        height="content",
    )
