"""A description of the service for people: plain HTML that fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Final

_METHODS: Final = ("get", "post")
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 720px; margin: 32px auto; padding: 0 20px; color: #0f1720; }}
body {{ font: 16px/1.5 system-ui, sans-serif; }}
code, pre {{ font: 14px/1.5 ui-monospace, monospace; }}
pre {{ background: #f2f5f8; padding: 12px; overflow-x: auto; }}
h2 {{ margin-top: 32px; font-size: 19px; }}
td {{ padding: 2px 16px 2px 0; vertical-align: top; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>A picture goes in, JSON comes out. For programs, the same is told in
<a href="openapi.json">openapi.json</a>.</p>
<pre>curl --data-binary @photo.jpg -H "Content-Type: image/jpeg" ADDRESS/predict
curl -F file=@one.jpg -F file=@two.png ADDRESS/predict</pre>
<p>Where a token is asked for, add <code>-H "Authorization: Bearer TOKEN"</code>.</p>
{parts}
</body>
</html>
"""


def page_of(description: Mapping[str, Any]) -> str:
    """Return the OpenAPI description as a page."""
    parts = [
        _part(method, path, operations[method]) + _reply(description, operations[method])
        for path, operations in description["paths"].items()
        for method in _METHODS
        if method in operations
    ]
    return _PAGE.format(title=escape(description["info"]["title"]), parts="\n".join(parts))


def _part(method: str, path: str, operation: Mapping[str, Any]) -> str:
    told = "".join(f"<p>{escape(line)}</p>" for line in operation.get("description", "").split("\n\n"))
    replies = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(one['description'])}</td></tr>"
        for status, one in operation["responses"].items()
    )
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2>{told}<table>{replies}</table>"


def _reply(description: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    """Return an example of what comes back where all is well, and what its fields mean."""
    content = operation["responses"]["200"]["content"]["application/json"]
    schema = _named(description, content["schema"])
    told = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(field['description'])}</td></tr>"
        for one in (schema, *_within(description, schema))
        for name, field in one["properties"].items()
        if "description" in field
    )
    example = ""
    if "example" in schema:
        example = f"<pre>{escape(json.dumps(schema['example'], indent=2))}</pre>"
    return f"{example}<table>{told}</table>"


def _within(description: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records that the lists of a record hold."""
    items = [field["items"] for field in schema["properties"].values() if "items" in field]
    return [_named(description, one) for one in items if "$ref" in one]


def _named(description: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to by its name."""
    found: Mapping[str, Any] = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
