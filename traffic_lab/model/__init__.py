"""How fast traffic moves when DNS says so, predicted without a cloud: two TTLs, one on top of the other.

| module | holds |
|---|---|
| `prediction` | what a switch will look like, before it is tried |
| `costs` | what simulated traffic would cost; the prices are in `prices.toml` |
| `simulation` | a switch at internet scale, simulated |
| `trials` | the same switch many times, from random phases |
| `clocks` | the model behind them: the edge's cache and the function's DNS cache |
"""
