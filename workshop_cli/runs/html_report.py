"""One HTML page of a whole run: the table, the failure if there was one, then every executed notebook.

The page is one file and asks nothing of the network: styles are inside, pictures are data, and there is no script but
its own few lines. Widgets, which would need their JavaScript, show as the text they have in a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from workshop_cli.runs.report import NOT_REACHED, NotebookResult, RunResult, Step
from workshop_lib.tables import NUMBER, Column, Html, render_table

WIDGET = "application/vnd.jupyter.widget-view+json"
MERMAID = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
FRAME = re.compile(r"<iframe[^>]*?\bsrc=\"([^\"]*)\".*?</iframe>", re.DOTALL)
OTHER_NOTEBOOK = re.compile(r"href=\"(\d\d_\w+)\.ipynb(?:#[^\"]*)?\"")
PROGRESS_BAR = re.compile(r"\d+%\|")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } a { color: #0550ae; }
pre { background: #f6f8fa; padding: .6rem .8rem; overflow-x: auto; font-size: 13px; margin: .4rem 0; }
code { font-size: .9em; } table { border-collapse: collapse; margin: 1rem 0; }
td, th { padding: .25rem .8rem; border-bottom: 1px solid #d0d7de; text-align: left; }
details.notebook { border: 1px solid #d0d7de; border-radius: 6px; padding: .4rem 1rem; margin: 1rem 0; }
details.notebook > summary { font-weight: 600; cursor: pointer; }
.failure { border-left: 4px solid #b42318; background: #fff5f4; padding: .5rem 1rem; }
.outcome-failed { color: #b42318; font-weight: 600; } .outcome-skipped { color: #6e7781; }
.output { border-left: 3px solid #d0d7de; padding-left: .8rem; } .output pre { background: none; padding: 0; }
.prompt, .anchor-link { display: none; } img, svg { max-width: 100%; }
figure.diagram { margin: 1rem 0; } figure.diagram figcaption { color: #57606a; font-size: .85rem; }
.ansi-red-fg { color: #b42318; } .ansi-bold { font-weight: bold; }
@media print { details.notebook { border: none; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>{started} UTC, {seconds:.0f} seconds.</p>
{failure}
{table}
{notebooks}
</body>
</html>
"""

TITLES = {
    "passed": "The workshop ran from start to end",
    "failed": "The workshop stopped at a failure",
    "skipped": "The workshop was interrupted",
}


def write_html(result: RunResult, path: Path, *, rendered: Mapping[str, str] | None = None) -> None:
    """Write `result` as one HTML page, to be read offline.

    Args:
        result: The run.
        path: File to write.
        rendered: What `render_notebook` gave for some of the notebooks, by name.
    """
    rendered = rendered or {}
    page = PAGE.format(
        title=TITLES[result.outcome],
        style=STYLE + HtmlFormatter(style="default").get_style_defs(".highlight"),
        started=f"{result.started:%Y-%m-%d %H:%M}",
        seconds=result.seconds,
        failure=_render_failure(result.failure) if result.failure else "",
        table=_render_table(result),
        notebooks="\n".join(rendered.get(notebook.name) or render_notebook(notebook) for notebook in result.notebooks),
    )
    path.write_text(page, encoding="utf-8")


def _render_failure(step: Step) -> str:
    notebook, title = escape(step.notebook), escape(step.title)
    return (
        f'<div class="failure"><p><a href="#{notebook}">{notebook}</a>, {title}: this cell failed</p>'
        f"<pre>{escape(step.source)}</pre><p>{escape(step.reason)}</p></div>"
    )


def _render_table(result: RunResult) -> str:
    rows = []
    for notebook in result.notebooks:
        passed, steps = notebook.passed
        link = Html(f'<a href="#{escape(notebook.name)}">{escape(notebook.name)}</a>')
        verdict = Html(f'<span class="outcome-{notebook.outcome}">{escape(notebook.verdict)}</span>')
        rows.append((link, f"{passed} of {steps}", f"{notebook.seconds:.1f}", verdict))
    columns = [Column("notebook"), Column("steps", NUMBER), Column("seconds", NUMBER), Column("")]
    return render_table(columns, rows)


def render_notebook(notebook: NotebookResult) -> str:
    """Render one notebook's part of the page, which takes about a second. Not to be called in two threads at once."""
    if notebook.document is None:
        body = f"<p>{NOT_REACHED}</p>"
    else:
        body, _ = _make_exporter().from_notebook_node(_make_readable(notebook.document))
    unfolded = " open" if notebook.outcome == "failed" else ""
    return (
        f'<details class="notebook"{unfolded}><summary>{escape(notebook.name)}</summary>'
        f'<div id="{escape(notebook.name)}">{OTHER_NOTEBOOK.sub(_link_within_the_page, body)}</div></details>'
    )


@cache
def _make_exporter() -> HTMLExporter:
    return HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def _make_readable(document: Any) -> Any:
    """Take out what only JupyterLab can show."""
    document = nbformat.from_dict(document)
    document.metadata.pop("widgets", None)
    for cell in document.cells:
        if cell.cell_type == "markdown":
            cell.source = MERMAID.sub(_render_diagram, cell.source)
        elif cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _is_readable(output)]
    return document


def _render_diagram(match: re.Match[str]) -> str:
    # Blank lines would end the HTML block in Markdown.
    source = "\n".join(line for line in escape(match[1]).splitlines() if line.strip())
    caption = "The diagram, as it is written; JupyterLab draws it."
    return f'<figure class="diagram"><pre>{source}</pre><figcaption>{caption}</figcaption></figure>\n'


def _link_within_the_page(match: re.Match[str]) -> str:
    return f'href="#{match[1]}"'


def _is_readable(output: Any) -> bool:
    """Whether a page can show this output; takes out of it what a page can't."""
    data = output.get("data", {})
    if "text/html" in data:  # what a frame showed is gone with the run's cloud
        data["text/html"] = FRAME.sub(r"<p>Here JupyterLab shows <code>\1</code></p>", data["text/html"])
    is_widget = data.pop(WIDGET, None) is not None
    return not (is_widget and PROGRESS_BAR.search(data.get("text/plain", ""))) and (data or not is_widget)
