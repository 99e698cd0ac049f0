"""How fast traffic moves after a change of DNS, predicted without a cloud from two TTLs, one on top of the other.

| module | holds |
|---|---|
| `prediction` | the prediction of a switch |
| `costs` | the costs of simulated traffic, with the prices of `workshop_lib.prices` |
| `simulation` | a switch at internet scale, simulated |
| `trials` | the same switch many times, with random phases |
| `clocks` | the model of the edge's cache and of the function's DNS cache |
"""
