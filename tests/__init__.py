"""Tests: a folder for each package, with its modules and sub-packages as in the package, and a folder for each
subject that lies across packages.

| folder | tests |
|---|---|
| `local_cloud`, `workshop_lib`, `traffic_lab`, `workshop_cli`, `edge_function` | the package of that name |
| `faults` | faults: in force, as clients feel them, as a learner causes and ends them |
| `foreign_functions` | Lambda@Edge functions that are not the workshop's |
| `conformance` | facts about AWS, on the local cloud, bare moto or AWS |
| `notebooks` | the notebooks, run from start to end |
| `browser` | JupyterLab and the website in Chromium |
| `house` | the project itself: contracts, notebooks' form, documents, packaging |
| `kits` | no tests; what the tests of several folders share |
"""
