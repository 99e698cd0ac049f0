"""What we claim about speed, as commands: `make bench`, or `python -m benchmarks run nameserver` for some of it.

Each `bench_<topic>.py` prints the machine, the medians and the ratio. Only ratios from one interleaved run mean
anything: the same figure moves by a factor of two between two runs on a busy machine.
"""
