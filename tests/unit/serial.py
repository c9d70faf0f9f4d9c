"""An executor that runs each call immediately, so that the order of requests is deterministic."""

from concurrent.futures import Executor, Future


class SerialExecutor(Executor):
    """Runs each call in `submit`."""

    def submit(self, call, /, *arguments, **named):
        future = Future()
        try:
            future.set_result(call(*arguments, **named))
        except Exception as error:  # noqa: BLE001 # the future returns it
            future.set_exception(error)
        return future
