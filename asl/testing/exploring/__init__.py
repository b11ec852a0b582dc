"""Exploration: every execution that a machine can have, whatever its tasks come to.

An execution is a value that can be forked, so one that stands at a task is forked once for each
thing that the task can come to, and no prefix is run twice. What has been met before is not walked
again: two executions that nothing can tell apart (`asl.engine.state_key`) have the same future.

    outcomes        what a task can come to
    world           an execution and its calls, moved on by decisions
    moves           which decisions there are, in one order of concurrent replies or in all
    properties      what ought to hold; `moments` is what they see
    search, graph   breadth first over all decisions; what is said of all runs at once
    exploration     the answer; `counterexamples` are scripts, `unreached` is dead text
    explorer        `explore`, which ties them together

What is covered. A reply comes at once, or so much later as its outcome says; between two instants
at which something happens, work takes no time. So everything is walked that depends on what tasks
come to. Of concurrent replies, one order stands for all, unless a property can tell orders apart:
then all of them are walked, and replies that come after timers of other branches too. Timers that
are due at one instant go off in the order in which they were set, and of random numbers one value
is tried.
"""
