"""What trusted code asks of the host, as functions the runtime puts here when it starts."""
from .sealed import __builtins__
import time


def sleep(seconds):
    """Blocks for `seconds`. The runtime replaces it by the host's door."""
    time.sleep(seconds)
