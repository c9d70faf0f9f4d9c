"""Runs what is given to an executor at once, so that requests follow one another in one order."""

from concurrent.futures import Executor, Future


class SerialExecutor(Executor):
    """Each call has ended, or has raised, when `submit` returns."""

    def submit(self, call, /, *arguments, **named):
        future = Future()
        try:
            future.set_result(call(*arguments, **named))
        except Exception as error:  # noqa: BLE001 # as an executor does
            future.set_exception(error)
        return future
