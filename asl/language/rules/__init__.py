"""The rules of the checker: one small function a rule, grouped by what it reads.

A rule takes a machine, a state or a query and yields faults. It trusts no shape: the schema's
faults and these are reported together. `table` names every rule, `catalogue` explains it.
"""
