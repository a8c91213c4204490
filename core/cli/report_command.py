"""The command that writes a report, or a model card, about a trained run."""

from __future__ import annotations

from pathlib import Path

from core.cli.asking import DONE, find_run, opened_studio, say, say_json, written
from core.sharing.names import SafeNames


def report(
    run: str, target: Path | None, *, pictures: bool, card: bool, home: Path | None, as_json: bool
) -> int:
    """Write the report of a run as one file of HTML, or with ``card`` its model card."""
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        text = studio.model_card(chosen.id) if card else studio.report_html(chosen.id, pictures=pictures)
        stem = f"{SafeNames().folder(chosen.name.replace(' ', '-'))}-{chosen.id[:8]}"
    file = (target or Path(f"{stem}-card.md" if card else f"{stem}.html")).absolute()
    content = text.encode("utf-8")
    with written(file) as page:
        page.write(content)
    if as_json:
        say_json({"run_id": chosen.id, "file": str(file), "bytes": len(content)})
    else:
        say(f"{file}  {len(content) / 1e6:.2f} MB")
    return DONE
