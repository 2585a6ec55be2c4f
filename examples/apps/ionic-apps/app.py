"""ionic-apps: what a browser sees. Asks meeting-router, which asks pods, for every answer."""

import html
import sys
from collections.abc import Iterator
from typing import Any

from webapp import App, serve

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Foxden: {environment}</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 50rem; padding: 0 1rem }}
  table {{ border-collapse: collapse }} td, th {{ padding: .3rem 1rem .3rem 0; text-align: left }}
  code {{ font-size: .9em }} .error {{ color: #a00 }}
</style>
<h1>Foxden in <em>{environment}</em></h1>
<p>Who answered, from the outside in:</p>
<table>
<tr><th>service<th>version<th>instance<th>needs
{rows}
</table>
{error}
</html>
"""
_ROW = "<tr><td>{service}<td><code>{version}</code><td><code>{instance}</code><td>{addresses}"


def page(answer: dict[str, Any]) -> str:
    """The answer as HTML: a row for each service that took part."""
    rows = (_ROW.format(**{key: html.escape(str(value)) for key, value in row.items()}) for row in _rows(answer))
    error = answer.get("error")
    return _PAGE.format(
        environment=html.escape(str(answer.get("environment", ""))),
        rows="\n".join(rows),
        error=f'<p class="error">{html.escape(str(error))}</p>' if error else "",
    )


def _rows(answer: Any) -> Iterator[dict[str, str]]:
    if not isinstance(answer, dict):
        return
    row = {key: str(answer.get(key, "?")) for key in ("service", "version", "instance")}
    yield {**row, "addresses": ", ".join(f"{k}={v}" for k, v in answer.get("addresses", {}).items()) or "nothing"}
    for nested in answer.get("needs", {}).values():
        yield from _rows(nested)


APP = App(name="ionic-apps", needs=("meeting-router",), need_timeout=5.0, page=page)

if __name__ == "__main__":
    sys.exit(serve(APP))
