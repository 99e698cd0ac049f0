"""How traffic moves after a change of DNS: predicted, recorded, simulated, drawn (notebooks 04, 05). Top layer first.

| module | holds |
|---|---|
| `charts` | charts |
| `pickers` | pickers of weights, a hypothesis, and a fault |
| `drill_checks` | checks that compare a measurement with its prediction |
| `drill` | the guess, the prediction and the measurement of one drill, side by side |
| `designs` | ways to survive the loss of a region, compared in the same test |
| `timeline` | requests a page at a steady rate while something is done |
| `recording` | a running recording and its actions |
| `lookout` | looks at one value again and again meanwhile |
| `model` | how fast traffic moves, predicted and simulated |
| `measurement` | what a viewer saw over time, and when the traffic had moved |
"""
