"""A description of the service for people: plain HTML that fetches nothing."""

from __future__ import annotations

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
        _part(method, path, operations[method])
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
