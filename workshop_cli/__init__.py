"""The console command `workshop`. Top layer first.

| module | holds |
|---|---|
| `main` | the commands |
| `lab` | `workshop lab` |
| `faults` | `workshop fault` |
| `runs` | runs of notebooks: kernels, reports |
| `terminals` | where terminals find the commands |
| `working_copy` | the learner's own copy of the notebooks |
| `cloud_options` | the options of every command that starts a local cloud |
"""
