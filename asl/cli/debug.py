"""``asl debug``: step through one execution, forward and back."""

from __future__ import annotations

import cmd
import json
import sys
from typing import TYPE_CHECKING, Any

from asl.cli.starting import add_start, clock_of, input_of, machine_of, tasks_of
from asl.errors import AslError
from asl.jsontypes import NotJsonError, parse_json
from asl.testing.debugger import Debugger

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from asl.engine.history import HistoryEvent
    from asl.jsontypes import Json
    from asl.testing.debugger import Stop

_MOST_SHOWN = 2_000


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "debug",
        help="step through one execution, forward and back",
        description="Step through one execution of a state machine, forward and back. "
        "'help' lists what can be typed.",
    )
    add_start(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Read commands from standard input until ``quit`` or its end; always 0."""
    debugger = Debugger(
        machine_of(options),
        input_of(options),
        tasks=tasks_of(options),
        clock=clock_of(options),
        seed=options.seed,
        name=options.name,
    )
    prompt = Prompt(debugger)
    prompt.show(debugger.stop)
    prompt.cmdloop()
    return 0


class Prompt(cmd.Cmd):
    """What can be typed; each command has a short form, its first letter."""

    doc_header = "Commands (the first letter is enough; an empty line steps):"
    prompt = "(asl) "

    def __init__(self, debugger: Debugger) -> None:
        super().__init__()
        self.use_rawinput = sys.stdin.isatty()
        if not self.use_rawinput:
            self.prompt = ""
        self.debugger = debugger

    def onecmd(self, line: str) -> bool:
        """Do one command; a wrong one is explained, and all stays as it was."""
        try:
            return bool(super().onecmd(_long_form(line)))
        except AslError as error:
            print(f"  {error}")
            return False

    def emptyline(self) -> bool:
        """Step."""
        self.do_step("")
        return False

    def default(self, line: str) -> None:
        """Say that a command is not known."""
        print(f"  no command {line.split(maxsplit=1)[0]!r}: 'help' lists them")

    def do_step(self, _argument: str) -> None:
        """step: go on to the next state."""
        self.show(self.debugger.step())

    def do_continue(self, _argument: str) -> None:
        """continue: go on to the next breakpoint, or to the end."""
        self.show(self.debugger.resume())

    def do_back(self, argument: str) -> None:
        """Back [N]: go back one stop, or N."""
        if argument and not argument.isdecimal():
            print(f"  back takes a number, not {argument!r}")
            return
        self.show(self.debugger.back(int(argument or 1)))

    def do_pause(self, argument: str) -> None:
        """Pause STATE | error: let `continue` stop before a state, or after each failure."""
        if argument == "error":
            self.debugger.break_on_errors()
        elif argument:
            self.debugger.break_at(argument)
        print("  stops before: " + (", ".join(self.debugger.breakpoints) or "no state"))

    def do_free(self, argument: str) -> None:
        """Free [STATE]: forget a breakpoint, or all of them."""
        self.debugger.clear(argument or None)

    def do_where(self, _argument: str) -> None:
        """where: show again where it stands."""
        self.show(self.debugger.stop)

    def do_input(self, argument: str) -> None:
        """Input [JSON]: show the input of the next state, or enter it with another one."""
        self._value("input", argument, self.debugger.set_input, self.debugger.stop.input)

    def do_variable(self, argument: str) -> None:
        """Variable [NAME [JSON]]: show the variables or one of them, or give one another value."""
        name, _, text = argument.partition(" ")
        variables = self.debugger.stop.variables
        if not name:
            print(_shown(variables))
        elif not text and name not in variables:
            print(f"  no variable {name!r} is in scope")
        else:
            self._value(
                name,
                text,
                lambda value: self.debugger.set_variable(name, value),
                variables.get(name),
            )

    def do_events(self, _argument: str) -> None:
        """events: show what was written into the history since the stop before."""
        for event in self.debugger.stop.events:
            details = _details(event)
            shown = "" if details is None else _cut(_text(details))
            print(f"  {event['id']:>5} {event['type']} {shown}".rstrip())

    def do_history(self, _argument: str) -> None:
        """history: show the path so far."""
        print("  " + (" > ".join(self.debugger.result.path) or "no state yet"))

    def do_quit(self, _argument: str) -> bool:
        """quit: leave."""
        return True

    def do_EOF(self, _argument: str) -> bool:  # noqa: N802 - the name that cmd asks for
        """(end of input): leave."""
        return True

    def show(self, stop: Stop) -> None:
        """Show where the execution stands."""
        at = stop.now.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
        if stop.reason == "error":
            failed = [event for event in stop.events if event["type"].endswith(("Failed", "Out"))]
            print(f"{at}  {failed[-1]['type']}: {_cut(_text(_details(failed[-1])))}")
        if stop.state is not None:
            indices = "".join(f"[{index}]" for index in stop.indices)
            print(f"{at}  before {stop.state}{indices}")
            print(f"  input {_cut(_text(stop.input))}")
        elif stop.reason != "error":
            print(f"{at}  {self.debugger.result}")

    def _value(self, name: str, text: str, put: Callable[[Json], Stop], present: Json) -> None:
        if text:
            try:
                put(parse_json(text))
            except NotJsonError as error:
                print(f"  not JSON: {error}")
                return
            print(f"  {name} is changed")
        else:
            print(_shown(present))


def _long_form(line: str) -> str:
    """A line whose command, if it is one letter, is written out."""
    word, space, rest = line.strip().partition(" ")
    names = [name[3:] for name in dir(Prompt) if name.startswith("do_")]
    long = [name for name in names if name[0] == word]
    return f"{long[0]}{space}{rest}" if len(word) == 1 and long else line


def _details(event: HistoryEvent) -> dict[str, Any] | None:
    """What an event says beside its type; None where it says nothing more."""
    return next((value for key, value in event.items() if key.endswith("EventDetails")), None)


def _text(value: Any) -> str:  # noqa: ANN401 - JSON, or an event's details
    return json.dumps(value, ensure_ascii=False, default=str)


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "\n".join(f"  {line}" for line in text.splitlines())


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."
