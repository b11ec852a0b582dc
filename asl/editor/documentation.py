"""One sentence on each word of the language, for hovers and completions.

A field's sentence is here where the schema has none; where a field means something else in another
object, the object's name stands before it. Functions are in `asl.editor.functions`.

Source: ASL specification; AWS guide, "Using Amazon States Language to define Step Functions
workflows", "Handling errors in Step Functions workflows", "Context object".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE_TYPES: Final[Mapping[str, str]] = {
    "Task": "Has work done by a service, a function or an activity, and waits for its result.",
    "Pass": "Hands its input on, changed by the fields of the state; it calls nothing.",
    "Choice": "Goes on with the state that the first matching rule names, else with Default.",
    "Wait": "Waits for some seconds, or until a point in time.",
    "Succeed": "Ends the execution (or the branch) successfully.",
    "Fail": "Ends the execution (or the branch) as failed, with an error and a cause.",
    "Parallel": "Runs its branches side by side; its result is the array of their outputs.",
    "Map": "Runs its item processor for each item; its result is the array of their outputs.",
}

FIELDS: Final[Mapping[str, str]] = {
    "And": "True if all of these rules are true.",
    "Arguments": "What the task or the processor is given, as JSON with JSONata expressions.",
    "Assign": "Variables and their new values; set when the state is left.",
    "BackoffRate": "The wait before each further retry is so many times as long (2.0 by default).",
    "BatchInput": "JSON that each batch of items is given beside its items.",
    "Branches": "State machines that run side by side, each with the same input.",
    "CSVDelimiter": "What stands between the columns of a CSV file (COMMA by default).",
    "CSVHeaderLocation": "Whether the names of columns are in the first row or given here.",
    "CSVHeaders": "The names of the columns, where the file does not have them.",
    "Catch": "What follows a failure once no retry is left: the first entry that matches.",
    "Cause": "What happened, for people.",
    "CausePath": "A path or an intrinsic function that gives the cause.",
    "Choices": "The rules, tried in this order; the first that is true says what follows.",
    "Comment": "A comment for people.",
    "Condition": "A JSONata expression that is true if the rule matches.",
    "Credentials": "The role that the task is called with: RoleArn.",
    "Default": "The state that follows when no rule matches.",
    "End": "True: the execution (or the branch) ends after this state.",
    "Error": "The name of the error, for Retry and Catch outside.",
    "ErrorEquals": "Names of errors that this entry is for; States.ALL stands alone and last.",
    "ErrorPath": "A path or an intrinsic function that gives the name of the error.",
    "ExecutionType": "Whether the children of a Distributed Map run as STANDARD or EXPRESS.",
    "HeartbeatSeconds": "The task fails if no sign of life comes for so many seconds.",
    "HeartbeatSecondsPath": "A path to the number of seconds between two signs of life.",
    "InputPath": "The part of the input that the state works with ($ by default).",
    "IntervalSeconds": "Seconds before the first retry (1 by default).",
    "ItemBatcher": "How many items a child of a Distributed Map is given at once.",
    "ItemProcessor": "The state machine that runs for each item.",
    "ItemReader": "Where a Distributed Map reads its items from.",
    "ItemSelector": "What each iteration is given, instead of the item alone.",
    "Items": "An array, or an expression that gives one: an iteration for each item.",
    "ItemsPath": "A path to the array of items in the input ($ by default).",
    "ItemsPointer": "A JSON pointer to the items inside of the JSON that is read.",
    "Iterator": "The old name of ItemProcessor.",
    "InputType": "The format of what is read: CSV, JSON, JSONL, MANIFEST or PARQUET.",
    "JitterStrategy": "FULL: wait a random time up to the one that was worked out.",
    "Label": "A name for the Distributed Map, as it stands in the ARN of its Map Run.",
    "ManifestType": "What made the manifest: an S3 inventory or an Athena query.",
    "MaxAttempts": "How often it is tried again (3 by default); 0 for never.",
    "MaxConcurrency": "How many iterations run at once; 0 for as many as possible.",
    "MaxConcurrencyPath": "A path to the number of iterations that run at once.",
    "MaxDelaySeconds": "No wait between two tries is longer than so many seconds.",
    "MaxInputBytesPerBatch": "How large the input of a batch may be, in bytes.",
    "MaxInputBytesPerBatchPath": "A path to the number of bytes that a batch may have.",
    "MaxItems": "How many items are read at the most.",
    "MaxItemsPath": "A path to the number of items that are read.",
    "MaxItemsPerBatch": "How many items a batch has at the most.",
    "MaxItemsPerBatchPath": "A path to the number of items of a batch.",
    "Mode": "INLINE runs in this execution, DISTRIBUTED as child executions.",
    "Next": "The name of the state that follows.",
    "Not": "True if this rule is not.",
    "Or": "True if one of these rules is true.",
    "Output": "The output of the state, as JSON with JSONata expressions.",
    "OutputPath": "The part of the result that becomes the output ($ by default).",
    "OutputType": "Whether results are written as JSON or JSONL.",
    "Parameters": "What the state works with: JSON, where fields named x.$ hold paths.",
    "ProcessorConfig": "How the iterations of a Map run: Mode and ExecutionType.",
    "QueryLanguage": "The query language: JSONPath (the default) or JSONata.",
    "ReaderConfig": "What format is read, and how much of it.",
    "Resource": "The ARN of what does the work.",
    "Result": "The result of the state, as it stands here.",
    "ResultPath": "Where in the input the result is put; null drops it ($ by default).",
    "ResultSelector": "A new result, made of the one that came back.",
    "ResultWriter": "Where a Distributed Map writes the results of its children.",
    "Retry": "Which errors are tried again, how often, and after what time.",
    "RoleArn": "The role that the task is called with.",
    "Seconds": "How many seconds to wait.",
    "SecondsPath": "A path to the number of seconds to wait.",
    "StartAt": "The name of the first state.",
    "States": "The states by name.",
    "TimeoutSeconds": "The task or execution fails with States.Timeout after so many seconds.",
    "TimeoutSecondsPath": "A path to the number of seconds after which the task fails.",
    "Timestamp": "The point in time to wait for, such as 2030-01-31T09:00:00Z.",
    "TimestampPath": "A path to the point in time to wait for.",
    "ToleratedFailureCount": "How many items may fail before the Map Run fails.",
    "ToleratedFailureCountPath": "A path to the number of items that may fail.",
    "ToleratedFailurePercentage": "What part of the items may fail, in percent.",
    "ToleratedFailurePercentagePath": "A path to the percentage of items that may fail.",
    "Transformation": "What is done to objects that are listed, or to results that are written.",
    "Type": "What the state does.",
    "Variable": "A path to the value that the rule looks at.",
    "Version": 'The version of the language; only "1.0" exists.',
    "WriterConfig": "In which form the results are written.",
}

_COMPARISONS: Final = {
    "Equals": "is equal to",
    "LessThan": "is less than",
    "GreaterThan": "is greater than",
    "LessThanEquals": "is less than or equal to",
    "GreaterThanEquals": "is greater than or equal to",
}
_OPERATOR: Final = re.compile(
    r"(Boolean|Numeric|String|Timestamp)((?:Less|Greater)?(?:Than)?(?:Equals)?)(Path)?"
)
_KINDS: Final = {
    "Boolean": "boolean",
    "Numeric": "number",
    "String": "string",
    "Timestamp": "timestamp",
}
_TESTS: Final = {
    "IsBoolean": "is true or false",
    "IsNull": "is null",
    "IsNumeric": "is a number",
    "IsPresent": "is there",
    "IsString": "is a string",
    "IsTimestamp": "is a string that is a timestamp",
}

ERRORS: Final[Mapping[str, str]] = {
    "States.ALL": "Any error but States.DataLimitExceeded and States.Runtime.",
    "States.BranchFailed": "A branch of a Parallel state failed.",
    "States.DataLimitExceeded": "Data is larger than AWS allows; States.ALL does not take it.",
    "States.ExceedToleratedFailureThreshold": "More items failed than the Map Run tolerates.",
    "States.HeartbeatTimeout": "A task gave no sign of life for HeartbeatSeconds.",
    "States.Http.Socket": "A call of an HTTP endpoint got no answer in time.",
    "States.IntrinsicFailure": "An intrinsic function could not be carried out.",
    "States.ItemReaderFailed": "The items of a Distributed Map could not be read.",
    "States.NoChoiceMatched": "No rule of a Choice state matched, and it has no Default.",
    "States.ParameterPathFailure": "A path in Parameters found nothing.",
    "States.Permissions": "The role of the state machine may not do this.",
    "States.QueryEvaluationError": "A JSONata expression failed, or gave nothing or a wrong type.",
    "States.ResultPathMatchFailure": "ResultPath can't be put into the input.",
    "States.ResultWriterFailed": "The results of a Distributed Map could not be written.",
    "States.Runtime": "The definition and the data do not go together; nothing catches it by ALL.",
    "States.TaskFailed": "Any error of a task but States.Timeout.",
    "States.Timeout": "A task or the execution took longer than it may.",
}

#: Fields of ``$states``: what an expression can read.
STATES_FIELDS: Final[Mapping[str, str]] = {
    "input": "The input of the state.",
    "result": "The result of the task, the branches or the iterations.",
    "errorOutput": "The error that was caught: Error and Cause.",
    "context": "The Context Object: what is known of the execution.",
}

#: Members of the Context Object by their paths.
CONTEXT: Final[Mapping[str, str]] = {
    "Execution": "The execution that this is.",
    "Execution.Id": "The ARN of the execution.",
    "Execution.Input": "The input of the execution.",
    "Execution.Name": "The name of the execution.",
    "Execution.RedriveCount": "How often the execution was redriven.",
    "Execution.RedriveTime": "When the execution was redriven last.",
    "Execution.RoleArn": "The role that the execution runs with.",
    "Execution.StartTime": "When the execution started.",
    "State": "The state that is running.",
    "State.EnteredTime": "When the state was entered.",
    "State.Name": "The name of the state.",
    "State.RetryCount": "How often the state was tried again.",
    "StateMachine": "The state machine that this is an execution of.",
    "StateMachine.Id": "The ARN of the state machine.",
    "StateMachine.Name": "The name of the state machine.",
    "Task": "The task that waits for its token.",
    "Task.Token": "The token that answers the task.",
    "Map": "The iteration of a Map state.",
    "Map.Item": "The item of this iteration.",
    "Map.Item.Index": "The number of the item, from 0.",
    "Map.Item.Key": "The key of the item, where the items are the members of an object.",
    "Map.Item.Source": "Where the item of a Distributed Map was read from.",
    "Map.Item.Value": "The item itself.",
}


def field_text(name: str) -> str:
    """The sentence on a field; empty for one that the language has not."""
    if name in FIELDS:
        return FIELDS[name]
    if name in _TESTS:
        return f"True: the rule matches if the value {_TESTS[name]}; false: if not."
    if name == "StringMatches":
        return "Matches if the value is a string of this form; * stands for any characters."
    match = _OPERATOR.fullmatch(name)
    if match and match[2] in _COMPARISONS:
        other = "the value at this path" if match[3] else "this one"
        return f"Matches if the value is a {_KINDS[match[1]]} and {_COMPARISONS[match[2]]} {other}."
    return ""
