"""Recorded executions: what AWS did becomes a test.

`events` reads an export of GetExecutionHistory and refuses what is cut or incomplete; `recording`
finds out of it what each state got and gave and what each task answered; `player` gives these
answers again; `replaying` runs a machine on them and says what is different now.
"""
