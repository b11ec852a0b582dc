"""Rules that a JSON Schema can't say: one small function a rule, grouped by what it reads.

A rule takes a machine (or the whole tree) and yields faults. It trusts no shape: the schema's
faults and these are reported together.
"""
