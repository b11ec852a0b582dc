"""What a process shows to somebody who sits before it."""

import os
import pty


def on_terminal(start):
    """Exit status, what is shown, and standard error of a process that writes to a terminal.

    ``start`` starts it, given ``stdout``.
    """
    controller, terminal = pty.openpty()
    process = start(stdout=terminal)
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(controller, 65_536)
        except OSError:  # Linux's way to say that the other end was closed
            break
        if not piece:
            break
        shown += piece
    os.close(controller)
    _, err = process.communicate(timeout=60)
    return process.returncode, shown, err
