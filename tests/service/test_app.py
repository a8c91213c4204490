"""What other programs may ask over HTTP, and what they are told when it goes wrong."""

from __future__ import annotations

import io

import numpy as np
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from PIL import Image

from core.domain.errors import PictureError
from core.domain.report import Answer, Doubt
from core.service.app import create_app
from core.service.bounds import Bounds
from core.sharing.predictor import FullAnswer
from tests.ui.fake_share import package

TOKEN = "a long word"  # noqa: S105 - of a test


class FakeModel:
    """Calls pictures that are bright a bolt, and is not sure of grey ones."""

    classes = ("bolt", "nut")

    def answer_in_full(self, pictures):
        for name, content in pictures:
            try:
                mean = float(np.asarray(Image.open(io.BytesIO(content)).convert("L")).mean()) / 255
            except (OSError, ValueError, Image.DecompressionBombError):
                yield PictureError(f"{name}: no picture.", hint="Send a picture.")
                continue
            answer = Answer(
                path=name,
                label=None,
                predicted="bolt" if mean >= 0.5 else "nut",
                confidence=max(mean, 1 - mean),
                doubt=Doubt.NOT_SURE if 0.4 < mean < 0.6 else None,
            )
            yield FullAnswer(answer=answer, probabilities=(mean, 1 - mean))


def png(grey: int) -> bytes:
    target = io.BytesIO()
    Image.new("L", (8, 8), grey).save(target, "PNG")
    return target.getvalue()


def client(**options: object) -> TestClient:
    return TestClient(create_app(FakeModel(), package().info, **options))


def test_says_that_it_is_up_and_what_the_model_is():
    with client() as asked:
        assert asked.get("/health").json() == {"status": "ok"}
        about = asked.get("/").json()
    assert about["classes"] == ["bolt", "nut"]
    assert about["accuracy"] == {"value": 0.93, "low": 0.89, "high": 0.96}
    assert about["rule"] == "It answers every picture, however unsure it is."


def test_one_picture_in_the_body():
    with client() as asked:
        (answer,) = asked.post("/predict", content=png(255), headers={"content-type": "image/png"}).json()[
            "answers"
        ]
    assert (answer["predicted"], answer["confidence"], answer["doubt"]) == ("bolt", 1.0, None)
    assert answer["probabilities"] == {"bolt": 1.0, "nut": 0.0}


def test_several_files_in_their_order_and_a_bad_one_in_its_place():
    files = [("file", ("a.png", png(0))), ("file", ("b.txt", b"no picture")), ("file", ("c.png", png(128)))]
    with client() as asked:
        answered = asked.post("/predict", files=files)
    assert answered.status_code == 200
    first, second, third = answered.json()["answers"]
    assert (first["file"], first["predicted"], first["doubt"]) == ("a.png", "nut", None)
    assert (second["error"], second["hint"], second["predicted"]) == (
        "b.txt: no picture.",
        "Send a picture.",
        None,
    )
    assert third["doubt"] == "not sure"


def test_what_is_no_picture_is_refused_with_the_reason():
    with client() as asked:
        kind = {"content-type": "image/png"}
        assert asked.post("/predict", content=b"text", headers=kind).status_code == 422
        assert asked.post("/predict", content=b"", headers=kind).status_code == 422
        other = asked.post("/predict", content=b"{}", headers={"content-type": "application/json"})
    assert other.status_code == 415
    assert "is not taken" in other.json()["detail"]


def test_too_much_is_refused_before_it_is_looked_at():
    bounds = Bounds(body_bytes=1_000, files=2, picture_bytes=500)
    with client(bounds=bounds) as asked:
        kind = {"content-type": "image/png"}
        assert asked.post("/predict", content=b"x" * 2_000, headers=kind).status_code == 413
        assert asked.post("/predict", content=b"x" * 600, headers=kind).status_code == 413
        files = [("file", (f"{n}.png", b"x")) for n in range(3)]
        assert asked.post("/predict", files=files).status_code == 400


@pytest.mark.parametrize(
    ("shown", "status"), [({}, 401), ({"authorization": "Bearer wrong"}, 401), (None, 200)]
)
def test_only_who_shows_the_token_is_answered(shown: dict[str, str] | None, status: int):
    headers = {"authorization": f"Bearer {TOKEN}"} if shown is None else shown
    with client(token=TOKEN) as asked:
        assert asked.get("/", headers=headers).status_code == status
        sent = {"content-type": "image/png", **headers}
        assert asked.post("/predict", content=png(9), headers=sent).status_code == status
        assert asked.get("/health").status_code == 200


def test_pages_of_other_names_are_not_answered():
    """Any page in a browser could otherwise ask under a name of its own that leads here."""
    with client(host_names=("localhost",)) as asked:
        assert asked.get("/", headers={"host": "evil.example"}).status_code == 400
        assert asked.get("/", headers={"host": "localhost:8700"}).status_code == 200


def test_the_page_of_documents_fetches_nothing():
    with client() as asked:
        page = asked.get("/docs")
    assert "/predict" in page.text
    assert "&quot;predicted&quot;: &quot;bolt&quot;" in page.text  # an example
    assert "<td><code>sure</code></td><td>How likely all of the answer is right, from 0 to 1" in page.text
    assert "http://" not in page.text.replace("http://localhost", "").replace("http://127.0.0.1", "")
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(FakeModel(), package().info))
KEPT = (
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
)


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_service_keeps_to_its_own_description(case: schemathesis.Case):
    case.validate_response(case.call(), checks=KEPT)
