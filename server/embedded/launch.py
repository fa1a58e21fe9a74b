"""Becomes another program that dies with its parent, and that need not be root.

Run as a script in a fresh interpreter, never imported: between `fork` and `exec` of a process with threads almost
nothing is allowed, and here everything is. Standard library only; it knows nothing of the program it becomes.

    launch.py WAY SIGNAL PARENT PROGRAM [ARGUMENT ...]

WAY is `plain` (as we are), `namespace` (in a user namespace where our root is an ordinary user) or `nobody` (as uid
65534, keeping root's right to reach files). SIGNAL is sent to the program when the process PARENT dies.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
# CAP_DAC_OVERRIDE: the data folder may lie below one that only root may enter. Containers leave it to root by default.
REACH_FILES = 1

NOBODY = 65534
# Any number but 0 will do; inside the namespace it is the only user there is.
ORDINARY = 1000


def main(way: str, death_signal: int, parent: int, program: list[str]) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if way == "namespace":
            enter_user_namespace(libc)
        elif way == "nobody":
            become_nobody(libc)
        # Last, because a change of user clears it.
        check(libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0), "prctl")
        if os.getppid() != parent:
            # The parent died before the line above: nobody would ever end the program.
            sys.exit("launch: the parent is gone")
    os.execv(program[0], program)


def enter_user_namespace(libc: ctypes.CDLL) -> None:
    user, group = os.geteuid(), os.getegid()
    check(libc.unshare(CLONE_NEWUSER), "unshare")
    # The kernel wants this before an unprivileged process may map its group.
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{ORDINARY} {user} 1")
    write("/proc/self/gid_map", f"{ORDINARY} {group} 1")


def become_nobody(libc: ctypes.CDLL) -> None:
    # Without this bit access(2), by which PostgreSQL looks for its own programs, disregards the right to reach files.
    # Where a container does not allow it, the programs must lie where everybody may look.
    libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0)
    check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    bits = 1 << REACH_FILES
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the same for capabilities 32 to 63.
    data = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    check(libc.capset(header, data), "capset")
    check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, REACH_FILES, 0, 0), "prctl")


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def check(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1], int(signal.Signals(int(sys.argv[2]))), int(sys.argv[3]), sys.argv[4:])
