"""The script that runs on every visit and click: frame, then page. Alone in its folder on purpose.

Streamlit puts this folder first on ``sys.path`` and looks for a ``pages`` folder beside it: neighbours could
hide modules of the standard library, and Streamlit would route deep links without us.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from ui import frame  # noqa: E402  (the folder must be importable first)

frame.run()
