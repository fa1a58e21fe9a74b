"""What is launched dies with its parent, also when the parent dies first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from server.embedded.child import LAUNCHER, Way, launch_command


def test_a_program_whose_parent_is_already_gone_does_not_start() -> None:
    somebody_else = os.getppid()
    command = [sys.executable, "-I", "-S", str(LAUNCHER), "plain", str(int(signal.SIGKILL)), str(somebody_else)]
    done = subprocess.run([*command, "/bin/echo", "started"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "launch: the parent is gone\n")


def test_the_program_takes_the_launchers_place() -> None:
    command = launch_command(Way.PLAIN, signal.SIGKILL, ["/bin/echo", "two words", "$HOME"])
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "two words $HOME\n"
