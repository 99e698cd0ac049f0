"""The console command `workshop`. Top layer first.

| module | holds |
|---|---|
| `main` | the commands |
| `lab` | `workshop lab` |
| `faults` | `workshop fault` |
| `on_aws` | what a command says on AWS before it may cost anything |
| `runs` | runs of notebooks: kernels, reports |
| `terminals` | tells a terminal where the commands are |
| `working_copy` | the learner's own copy of the notebooks |
| `cloud_options` | the options of every command that starts a local cloud |
"""
