"""Scenarios: files (``*.asl-test.yaml``) that say how an execution is to go, run as tests.

`reading` makes `Scenario` values of a file and finds every fault in it; `running` runs one and says
what is not as expected; `plugin` has pytest collect the files. The form of a file is `schema.json`.
"""

#: How the names of files of scenarios end.
SUFFIXES = (".asl-test.yaml", ".asl-test.yml")
