"""The process in which an export is tried with its own runtime: ``python -m core.sharing.trial_process``.

Its first argument is the folder of the export; the pictures' paths come as one JSON list on standard input.
It answers with the export's own ``predict.py``, a line of JSON per picture.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

_WARM_UP = 3  # TorchScript finds its fastest way in the first two


def main(folder: Path, paths: list[str]) -> None:
    """Answer for every picture, after the first was asked to warm up."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a runtime prints must not stand among the answers
    predict = _loaded(folder / "predict.py")
    _tell(answers, {"runtime": predict.RUNTIME})
    for place, path in enumerate(paths):
        _tell(answers, _asked(predict, path, warm_up=place == 0))


def _loaded(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("predict", script)
    if spec is None or spec.loader is None:
        raise ImportError(str(script))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _asked(predict: ModuleType, path: str, *, warm_up: bool) -> dict[str, object]:
    try:
        picture = predict.read(path)
    except Exception as problem:  # noqa: BLE001 - one picture that this program cannot read is a finding
        return {"error": f"{type(problem).__name__}: {problem}"}
    for _ in range(_WARM_UP if warm_up else 0):
        predict.ask(picture)
    begun = time.perf_counter()
    probabilities, distance = predict.ask(picture)
    seconds = time.perf_counter() - begun
    found = predict.decide(probabilities, distance)
    named = [found["answer"]] if isinstance(found["answer"], str) else found["answer"]
    return {
        "probabilities": [float(one) for one in probabilities],
        "distance": distance,
        "named": named,
        "doubt": found["doubt"],
        "ms": 1000 * seconds,
    }


def _tell(answers: Any, line: dict[str, object]) -> None:  # noqa: ANN401 - a text stream
    answers.write(json.dumps(line, ensure_ascii=False) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.stdin.buffer.read()))
