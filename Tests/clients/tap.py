"""Named cases that print the Test Anything Protocol. A case is a function, or a coroutine, that raises if it fails."""
import asyncio
import inspect
import sys
import time
import traceback

CASE_SECONDS_MAX = 60
cases = []


def case(title):
    def keep(function):
        cases.append((title, function))
        return function

    return keep


def eventually(what, seconds=10):
    """Asks again until the answer is true; returns it. For what the exchange does after its acknowledgement."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"not so within {seconds} s: {inspect.getsource(what).strip()}"
        time.sleep(0.1)
    return answer


def refused(code, call, *arguments, **options):
    """The call must fail with this code of the exchange (pybit's exceptions carry it)."""
    try:
        answer = call(*arguments, **options)
    except Exception as error:
        got = getattr(error, "status_code", None)
        assert got == code, f"code {got} in place of {code}: {error}"
        return error
    raise AssertionError(f"accepted in place of {code}: {answer}")


def raises(kind, call, *arguments, **options):
    """The call must fail with this exception, and no other."""
    try:
        answer = call(*arguments, **options)
    except Exception as error:
        assert type(error) is kind, f"{type(error).__name__} in place of {kind.__name__}: {error}"
        return error
    raise AssertionError(f"accepted in place of {kind.__name__}: {answer}")


def perform(function, loop):
    if inspect.iscoroutinefunction(function):
        loop.run_until_complete(asyncio.wait_for(function(), CASE_SECONDS_MAX))
    else:
        function()


def run(suite):
    """Runs the cases in order: later ones build upon the account that earlier ones left. Status 1 if one fails."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    failed = 0
    for title, function in cases:
        try:
            perform(function, loop)
            print(f"ok - {suite}: {title}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok - {suite}: {title}")
            for line in traceback.format_exc(limit=-3).splitlines()[-12:]:
                print(f"  # {line[:600]}", flush=True)
    sys.exit(failed > 0)
