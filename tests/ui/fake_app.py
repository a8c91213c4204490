"""Drive the screens by hand on a fake studio: ``FAKE_STATE=done streamlit run tests/ui/fake_app.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.ui.fake_studio import FOUR, FakeStudio  # noqa: E402
from ui import errors, export_route, services, upload_route  # noqa: E402

NAMES = {
    "four": FOUR,
    "two": ("good", "bad"),
    "forty": tuple(f"species {i:02}" for i in range(1, 41)),
    "long": tuple(f"a class whose name is so long that it needs sixty letters, no {i}" for i in range(5)),
    "hostile": (
        "<b>bold</b>",
        "**strong** _it_",
        ":red[x] :material/home:",
        "$a^2$ `c`",
        "www.example.com a@b.de",
    ),
}

services.use(
    FakeStudio(
        os.environ.get("FAKE_STATE", "done"),
        classes=NAMES[os.environ.get("FAKE_CLASSES", "four")],
        per_class=int(os.environ.get("FAKE_PICTURES", "60")),
        name=os.environ.get("FAKE_NAME", "Machine parts"),
    )
)
app = st.App(
    ROOT / "ui" / "shell" / "main.py",
    routes=[*upload_route.routes(), *export_route.routes()],
    on_script_error=errors.show,
)
