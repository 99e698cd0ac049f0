"""Runs of notebooks, for CI and `workshop run`. No notebook and no step imports this.

| module | holds |
|---|---|
| `whole_run` | a run of notebooks: its output folder and its cloud |
| `runner` | runs notebooks with papermill, one after the other |
| `kernels` | starts each kernel while the notebook before it runs |
| `html_report` | the results of a run, as a page to read |
| `report` | the results of a run, as a table and as JUnit's XML |
| `plan` | which notebooks are run, with which parameters |
"""
