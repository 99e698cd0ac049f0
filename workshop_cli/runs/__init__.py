"""Runs of notebooks, as CI and `workshop run` need them: no notebook and no step imports this.

| module | holds |
|---|---|
| `whole_run` | a run of notebooks: its room, its cloud, its kernels |
| `runner` | runs notebooks with papermill, one after the other |
| `warm_up` | does once what every notebook would do first; the kernels' process imports it |
| `kernels` | kernels that start fast |
| `html_report` | what a run did, as pages to read |
| `fork_server` | a process that has imported everything, from which kernels are forked |
| `report` | what a run did, as a table and as JUnit's XML |
| `plan` | which notebooks are run, with which parameters |
"""
