"""More cores: forked processes that share the weights, each adding the gradient of its own batch."""
import json
import mmap
import os
import signal

import numpy as np
import torch


def shared_vector(size):
    """A float vector in memory that forked processes share (not limited by the size of /dev/shm)."""
    return torch.from_numpy(np.frombuffer(mmap.mmap(-1, 4 * size), np.float32))


class Workers:
    """`grads`: one shared gradient vector a worker, filled between start() and results()."""

    def __init__(self, t, batches, count, seed):
        self.grads, self.pipes = [shared_vector(t.size) for _ in range(count)], []
        for rank in range(count):
            down_read, down_write = os.pipe()
            up_read, up_write = os.pipe()
            if os.fork() == 0:
                try:
                    for fd in [down_write, up_read, *(end.fileno() for pair in self.pipes for end in pair)]:
                        os.close(fd)
                    run_worker(t, batches, self.grads[rank], os.fdopen(down_read, 'r'), os.fdopen(up_write, 'w', 1), [seed, rank + 1])
                finally:
                    os._exit(0)
            os.close(down_read)
            os.close(up_write)
            self.pipes.append((os.fdopen(up_read, 'r'), os.fdopen(down_write, 'w', 1)))

    def start(self):
        for _, inbox in self.pipes:
            inbox.write('go\n')

    def results(self):
        """[loss, parts] of each worker, as Batches.loss returns them."""
        for outbox, _ in self.pipes:
            line = outbox.readline()
            if not line:
                raise RuntimeError('a worker process ended')
            yield json.loads(line)


def run_worker(t, batches, grad, inbox, outbox, seed):
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, signal.SIG_IGN)  # ends when its pipe closes
    rng = np.random.default_rng(seed)
    t.grads_into(grad)
    for _ in inbox:
        grad.zero_()
        loss, parts = batches.loss(t, rng)
        loss.backward()
        outbox.write(json.dumps([loss.item(), parts]) + '\n')
