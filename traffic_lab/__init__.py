"""How traffic moves when DNS says so: predicted, recorded, simulated, drawn (notebooks 04 and 05). Top layer first.

| module | holds |
|---|---|
| `charts` | charts |
| `pickers` | pickers of weights, a hypothesis, and a fault |
| `drill_checks` | checks what was measured against what was predicted |
| `drill` | what was guessed, predicted and measured of one drill, side by side |
| `designs` | ways to survive a region, put to the same test |
| `timeline` | asks for a page at a steady rate while something is done |
| `model` | how fast traffic moves, predicted and simulated |
| `measurement` | what a viewer saw in the course of time, and when the traffic had moved |
"""
