"""How control and data go through a machine, as far as it is known without running it.

For rules that look at more than one state. `graph` has the ways and loops, `shapes` and `values`
what is known of a value and what a path finds in it, `dataflow` how a state changes its data,
`choosing` and `conditions` which rules of a Choice can be taken (`regions`, `intervals`: what a
comparison takes), `growing` what one way adds to what it carries. What is not certain is not said:
all work is bounded, and past a bound a value may be anything.
"""
