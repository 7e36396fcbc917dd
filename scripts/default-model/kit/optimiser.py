"""AdamW and an exponential moving average over the flat vector."""
import math

import torch

BETA1, BETA2, EPS = 0.9, 0.99, 1e-8
EMA_EVERY = 4


@torch.no_grad()
def adam_step(t, grad, m, v, count, rate):
    """One step of AdamW (Loshchilov & Hutter 2019) in place; `count` is this step's number, from 1."""
    m.mul_(BETA1).add_(grad, alpha=1 - BETA1)
    v.mul_(BETA2).addcmul_(grad, grad, value=1 - BETA2)
    for part, decay, factor in t.groups:
        w = t.flat[part]
        if decay:
            w.mul_(1 - rate * factor * decay)
        root = v[part].sqrt().mul_(1 / math.sqrt(1 - BETA2 ** count)).add_(EPS)
        w.addcdiv_(m[part], root, value=-rate * factor / (1 - BETA1 ** count))


def average(ema, flat, step):
    """Moves the EMA; its horizon grows with the run: 5 % of it, 100 to 4000 steps."""
    if step % EMA_EVERY == 0:
        ema.lerp_(flat, min(1.0, EMA_EVERY / min(4000.0, max(100.0, 0.05 * step))))
