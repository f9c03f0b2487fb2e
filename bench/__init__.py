"""Benchmarks, run with `make bench`. Ratios are what counts: rounds of all competitors are interleaved."""
