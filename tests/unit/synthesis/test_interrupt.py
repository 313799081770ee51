"""Ctrl-C once and twice, sent to a real process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from attended import attended

from pad_ray.synthesis.interrupt import graceful

PROGRAM = """
import signal, sys, threading
from pad_ray.synthesis.interrupt import graceful

def say(text):
    print(text, flush=True)

finishing = threading.Event()

try:
    with graceful(finishing.set):
        say("working")
        while not finishing.wait(0.02):
            pass
        say("finishing")
        if sys.stdin.readline():  # the blocks in flight
            say("finished")
except KeyboardInterrupt:
    say("stopped at once")
restored = signal.getsignal(signal.SIGINT) is signal.default_int_handler
say(f"restored {restored} {signal.getsignal(signal.SIGTERM) == signal.SIG_DFL}")
"""

Child = subprocess.Popen[str]


@pytest.fixture
def child() -> Iterator[Child]:
    yield from started([sys.executable, "-c", PROGRAM], attended)


def started(command: list[str], before: Callable[[], object] | None = None) -> Iterator[Child]:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=before, start_new_session=True
    ) as child:
        try:
            assert heard(child) == "working"
            yield child
        finally:
            child.kill()


def heard(child: Child) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def finish(child: Child) -> None:
    assert child.stdin is not None
    child.stdin.write("done\n")
    child.stdin.flush()


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_lets_the_work_end_in_order(child: Child, first: signal.Signals) -> None:
    child.send_signal(first)
    assert heard(child) == "finishing"
    finish(child)
    assert heard(child) == "finished"
    assert heard(child) == "restored True True"
    assert child.wait() == 0


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_after_it_stops_at_once(child: Child, first: signal.Signals) -> None:
    child.send_signal(first)
    assert heard(child) == "finishing"
    child.send_signal(signal.SIGINT)
    assert heard(child) == "stopped at once"
    assert heard(child) == "restored True True"


def test_a_second_sigterm_is_passed_over(child: Child) -> None:
    child.send_signal(signal.SIGTERM)
    assert heard(child) == "finishing"
    child.send_signal(signal.SIGTERM)
    finish(child)
    assert heard(child) == "finished"


def test_a_process_that_was_told_to_ignore_ctrl_c_goes_on_ignoring_it() -> None:
    for child in started([sys.executable, "-c", PROGRAM], before=ignore_ctrl_c):
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGTERM)
        assert heard(child) == "finishing"
        child.send_signal(signal.SIGINT)
        finish(child)
        assert heard(child) == "finished"


def ignore_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_outside_the_main_thread_nothing_is_installed() -> None:
    found = []

    def look() -> None:
        with graceful(lambda: None):
            found.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [before]


def test_handlers_are_put_back_when_the_work_fails() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), graceful(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before[0]
        raise ZeroDivisionError
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
