"""Runs of notebooks, as CI and `workshop run` need them: no notebook and no step imports this.

| module | holds |
|---|---|
| `whole_run` | a run of notebooks: its room and its cloud |
| `runner` | runs notebooks with papermill, one after the other |
| `kernels` | starts each kernel while the notebook before it runs |
| `html_report` | what a run did, as pages to read |
| `report` | what a run did, as a table and as JUnit's XML |
| `plan` | which notebooks are run, with which parameters |
"""
