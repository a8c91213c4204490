"""The web application around one model. It fetches nothing and keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from core.domain.errors import PictureError
from core.domain.package import PackageInfo
from core.service.bounds import BoundedBody, Bounds, allowed
from core.service.incoming import Picture, pictures_of
from core.service.page import page_of
from core.service.replies import About, Health, PictureReply, Predictions, Refusal, about, reply
from core.sharing.predictor import FullAnswer

_BEARER: Final = HTTPBearer(auto_error=False)
_BINARY: Final = {"type": "string", "format": "binary"}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": _BINARY, "minItems": 1}},
                    "required": ["file"],
                }
            },
            "image/*": {"schema": _BINARY},
        },
    }
}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Refusal, "description": "The form is damaged, or holds too many files"},
    413: {"model": Refusal, "description": "The request, or a picture, has too many bytes"},
    415: {"model": Refusal, "description": "The body is neither a picture nor a form"},
    422: {"model": Predictions | Refusal, "description": "No picture in the request could be read"},
}
_CLOSED: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Refusal, "description": "The bearer token is missing or wrong"}
}


class Answering(Protocol):
    """A loaded model; only one thread at a time may ask."""

    classes: tuple[str, ...]

    def answer_in_full(
        self, pictures: Sequence[tuple[str, Path | bytes]]
    ) -> Iterable[FullAnswer | PictureError]:
        """Yield what is said about each picture, in order, or why it cannot be read."""
        ...


def create_app(
    model: Answering,
    info: PackageInfo,
    *,
    token: str | None = None,
    bounds: Bounds | None = None,
    host_names: Sequence[str] = ("*",),
) -> FastAPI:
    """Return the application. With a ``token``, only who shows it is told anything about the model.

    ``host_names`` are those under which it may be asked: without a token it must not be every one, or any
    page in a browser on this computer could ask under a name of its own.
    """
    limits = bounds or Bounds()
    app = FastAPI(
        title="Sightsmith model",
        version=metadata.version("sightsmith"),
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BoundedBody, most=limits.body_bytes)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(host_names), www_redirect=False)
    guard = [Depends(_guard(token))] if token else []
    _add_open(app)
    _add_closed(app, model, info, limits, guard)
    return app


def _add_open(app: FastAPI) -> None:
    """Add what anyone may read: nothing of it tells about the model."""

    @app.get("/health")
    async def health() -> Health:
        """Tell that the service is up."""
        return Health()

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(page_of(app.openapi()), headers=policy)


def _add_closed(app: FastAPI, model: Answering, info: PackageInfo, limits: Bounds, guard: list[Any]) -> None:
    """Add what needs the token."""
    one_at_a_time = threading.Lock()
    refused = _CLOSED if guard else {}

    def answered(pictures: list[Picture]) -> list[PictureReply]:
        with one_at_a_time:
            told = list(model.answer_in_full(pictures))
        return [reply(name, one, model.classes) for (name, _), one in zip(pictures, told, strict=True)]

    @app.get("/", dependencies=guard, responses=refused)
    async def model_in_short() -> About:
        """Tell what the model is, and how good it was."""
        return about(info)

    @app.post(
        "/predict",
        dependencies=guard,
        response_model=Predictions,
        responses={**_REFUSALS, **refused},
        openapi_extra=_BODY,
    )
    async def predict(request: Request) -> Any:  # noqa: ANN401 - Predictions, or these with another status
        """Answer for one picture in the body, or for the files of a form.

        A picture that cannot be read has its reason in its place; where none can be, the status is 422.
        """
        pictures = await pictures_of(request, limits)
        answers = await run_in_threadpool(answered, pictures)
        if all(one.error is not None for one in answers):
            return JSONResponse(Predictions(answers=answers).model_dump(), status_code=422)
        return Predictions(answers=answers)


def _guard(token: str) -> Any:  # noqa: ANN401 - FastAPI reads its signature
    async def check(shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        if not allowed(token, shown.credentials if shown else None):
            raise HTTPException(
                401, "Show the token: Authorization: Bearer ...", {"WWW-Authenticate": "Bearer"}
            )

    return check
