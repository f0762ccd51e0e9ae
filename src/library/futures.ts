/** `concurrent.futures` as guest code: CPython's futures, and an executor that calls what is submitted, for there is one thread. */
import type { Part } from './texts.js'

const EXECUTOR = `
class ThreadPoolExecutor(Executor):
    """Calls what is submitted, each in its turn."""

    def __init__(
        self, max_workers=None, thread_name_prefix='', initializer=None, initargs=(), **options
    ):
        if max_workers is not None and max_workers <= 0:
            raise ValueError('max_workers must be greater than 0')
        self._closed = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._closed:
            raise RuntimeError('cannot schedule new futures after shutdown')
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._closed = True
`

/** Its parts. */
export const FUTURES: readonly Part[] = [
  {
    file: 'concurrent/futures/_base.py',
    edits: [
      ['import logging\n', ''],
      [
        'LOGGER = logging.getLogger("concurrent.futures")\n',
        `def _tell(future):
    import logging
    logging.getLogger('concurrent.futures').exception('exception calling callback for %r', future)


def _wait(timeout):
    """Nobody works beside the one who waits."""
    if timeout is None:
        raise RuntimeError('deadlock: nobody else sets the result, there is one thread')
    time.sleep(max(timeout, 0))
`,
      ],
      ["LOGGER.exception('exception calling callback for %r', self)", '_tell(self)'],
      ['self._condition.wait(timeout)', '_wait(timeout)'],
    ],
  },
  EXECUTOR,
]
