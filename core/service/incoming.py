"""The pictures in a request: one in its body, or several as files of a form."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.service.bounds import Bounds, TooLarge

Picture = tuple[str, bytes]  # what it is called, and what is in it

_FORM: Final = "multipart/form-data"
_ALONE: Final = "picture"  # the name of one that comes without
_FIELD_BYTES: Final = 1024  # of a form's field that is no file
_LONGEST_NAME: Final = 255
_HOW: Final = (
    "Send it as the body with Content-Type image/jpeg, image/png, ..., or files in multipart/form-data."
)


async def pictures_of(request: Request, bounds: Bounds) -> list[Picture]:
    """Return the pictures of a request, in their order, not decoded.

    Raises HTTPException: 413 for too much, 415 for another kind of body, 422 where there is no picture.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        found = await _files_of(request, bounds)
    elif kind.startswith("image/") or kind == "application/octet-stream":
        content = await request.body()
        found = [(_ALONE, content)] if content else []
    else:
        raise HTTPException(415, f"{kind[:80] or 'A body of no kind'} is not taken. {_HOW}")
    if not found:
        raise HTTPException(422, f"There is no picture in the request. {_HOW}")
    for name, content in found:
        if len(content) > bounds.picture_bytes:
            raise TooLarge(name, bounds.picture_bytes)
    return found


async def _files_of(request: Request, bounds: Bounds) -> list[Picture]:
    async with request.form(
        max_files=bounds.files, max_fields=bounds.files, max_part_size=_FIELD_BYTES
    ) as form:
        return [
            ((part.filename or _ALONE)[:_LONGEST_NAME], await part.read())
            for _, part in form.multi_items()
            if isinstance(part, UploadFile)
        ]
