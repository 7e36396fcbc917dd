"""What the commands share: a quiet process, a log, a way to stop."""
import os
import signal
import time


def be_quiet(nice=19):
    """One thread, low priority. Call before numpy and torch are imported: OpenMP reads its settings once."""
    os.environ['OPENBLAS_NUM_THREADS'] = os.environ['OMP_NUM_THREADS'] = '1'
    os.nice(max(0, nice - os.nice(0)))


class Stop:
    """`asked` turns true at Ctrl-C or SIGTERM."""

    def __init__(self):
        self.asked = False
        for s in (signal.SIGINT, signal.SIGTERM):
            signal.signal(s, self)

    def __call__(self, *_):
        self.asked = True


class Log:
    """Lines with the time, to the terminal and to WORK/train.log."""

    def __init__(self, work):
        self.book = open(os.path.join(work, 'train.log'), 'a', encoding='utf-8')

    def __call__(self, text):
        line = time.strftime('%m-%d %H:%M:%S ') + text
        print(line, flush=True)
        self.book.write(line + '\n')
        self.book.flush()
