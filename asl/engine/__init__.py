"""The interpreter: an execution as a value, fed events and a time, answering with commands.

It does no I/O, reads no clock, starts no thread and draws no global randomness; it knows nothing of
who drives it.
"""
