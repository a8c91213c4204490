"""Which pretrained network to start from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.model import ModelSpec, Readiness
from ui.words import GLOSSARY, esc


def show(
    backbones: Sequence[tuple[ModelSpec, Readiness]], *, default: str, key: str = "backbone"
) -> ModelSpec | None:
    """Draw the choice with readiness and size; return the chosen network. ``key`` goes with the default."""
    offered = {spec.key: (spec, ready) for spec, ready in backbones}
    if not offered:
        return None
    keys = list(offered)
    chosen = st.selectbox(
        "Backbone: the pretrained network to start from",
        keys,
        index=keys.index(default) if default in keys else 0,
        format_func=lambda key: _title(*offered[key]),
        key=key,
        help=GLOSSARY["backbone"],
        persist_state="session",
    )
    spec, ready = offered[chosen]
    st.markdown(esc(spec.summary))
    st.caption(
        f"{spec.parameters / 1e6:.1f} million parameters · {len(spec.blocks)} blocks · "
        f"pictures of {spec.image_size} pixels · {esc(spec.licence)} · {esc(ready.note)}"
    )
    return spec


def _title(spec: ModelSpec, ready: Readiness) -> str:
    return f"{spec.title} ({'ready' if ready.ready else f'download of {spec.download_mb:.0f} MB'})"
