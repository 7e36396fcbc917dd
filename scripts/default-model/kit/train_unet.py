"""Trains UNet and text encoder together."""
import math
import os
import time

import numpy as np
import torch

from . import state
from .batches import Batches
from .console import Stop
from .latents import latents
from .model import LATENT_SCALE, LATENT_SHAPE, ddim
from .optimiser import adam_step, average
from .pictures import save_grid
from .score import Score
from .workers import Workers, shared_vector

# The sample grid: two rows of eight.
PROMPTS = [
    'a dog', 'a red apple, noto style, on a light blue background', 'a rocket', 'a penguin on a pink background', 'a car',
    'a smiling face with sunglasses', 'a hamburger, fluent style, on a yellow background', 'a cactus', 'a robot',
    'an octopus on a dark blue background', 'a birthday cake', 'a castle', 'a snowman on a lavender background',
    'a red heart', 'a fox, fluent style', 'a bicycle',
]
FINAL_RATE = 0.03  # of the learning rate, at the end of the final stretch


class Run:
    """One run of training: opens the state, steps until told to stop, saves and shows on the way."""

    def __init__(self, options, pictures, captions, words, log):
        self.a, self.captions, self.log, self.stop = options, captions, log, Stop()
        self.path = options.state or os.path.join(options.work, 'state.safetensors')
        fresh_seed = options.seed if options.fresh else None
        opened = state.open_state(self.path, options.source, captions, words, shared_vector, fresh_seed)
        self.t, self.ema, self.m, self.v, self.counters = opened
        self.t.net.vae.skip_zero_branches().requires_grad_(False)
        table, row = latents(options.work, self.t.net.vae, pictures, log, self.stop)
        self.score = Score(captions, table, row)
        self.batches = Batches(captions, table, row, options)
        seed = options.seed * 1000003 + self.counters['step']
        self.workers = Workers(self.t, self.batches, options.threads - 1, seed)
        self.rng = np.random.default_rng([seed, 0])
        self.grad = torch.zeros(self.t.size)
        self.t.grads_into(self.grad)
        self.begun, self.clock, self.first = time.time(), self.counters['clock'], self.counters['step']
        self.warm = 50 if self.counters['adam'] else 100
        self.plan_end()
        log(f'{self.t.size / 1e6:.2f} M parameters, {len(row)} pictures, {len(captions.slugs)} concepts, '
            f'{options.threads} x {options.batch} a step, from step {self.first}')

    def plan_end(self):
        """The final stretch is kept in the state, so that a restart goes on with it."""
        if self.a.final_hours:
            self.counters.setdefault('final', [self.counters['clock'], self.a.final_hours * 3600])
        else:
            self.counters.pop('final', None)
        self.counters.setdefault('history', [])

    def trained(self):
        """Seconds of training over all runs."""
        return self.clock + time.time() - self.begun

    def rate(self):
        """Learning rate of the next step; None when the final stretch is over."""
        rate = (self.a.lr or 1e-3) * min(1.0, (self.counters['step'] - self.first + 1) / self.warm)
        if 'final' not in self.counters:
            return rate
        start, length = self.counters['final']
        through = (self.trained() - start) / length
        return None if through >= 1 else rate * max(FINAL_RATE, 0.5 * (1 + math.cos(math.pi * through)))

    def gradient(self):
        """Fills self.grad with the mean gradient of all processes; (losses, error parts, norm before clipping)."""
        self.workers.start()
        self.grad.zero_()
        loss, parts = self.batches.loss(self.t, self.rng)
        loss.backward()
        losses = [loss.item()]
        for value, more in self.workers.results():
            losses.append(value)
            parts += more
        for grad in self.workers.grads:
            self.grad.add_(grad)
        self.grad.mul_(1 / self.a.threads)
        norm = float(self.grad.norm())
        self.grad.mul_(min(1.0, 1.0 / (norm + 1e-6)))
        return losses, parts, norm

    def step(self, rate):
        c = self.counters
        losses, parts, norm = self.gradient()
        c['step'] += 1
        if not math.isfinite(norm):
            self.log(f'step {c["step"]}: the gradient is not finite, skipped')
            return None
        c['adam'] += 1
        adam_step(self.t, self.grad, self.m, self.v, c['adam'], rate)
        c['seen'] += self.a.batch * self.a.threads
        average(self.ema, self.t.flat, c['step'])
        return losses, parts, norm

    def save(self):
        self.counters['clock'] = self.trained()
        state.pack(self.t, self.ema, self.m, self.v, self.counters, self.path)

    def show(self):
        """A sample grid and the score, of the averaged weights."""
        c, began = self.counters, time.time()
        self.t.use(self.ema)
        with torch.no_grad():
            context, empty = self.t.context(self.captions.ids(PROMPTS)), self.t.context(self.captions.ids(['']))
            noise = torch.randn(len(PROMPTS), *LATENT_SHAPE, generator=torch.Generator().manual_seed(3))
            z = ddim(self.t.net.unet, context, empty, noise, 20, 5.0)
            save_grid(self.t.net.vae.decode(z / LATENT_SCALE), 8, os.path.join(self.a.work, 'samples', f'{c["step"]:07d}.png'))
        s = self.score(self.t)
        self.t.use(self.ema)
        c['history'].append([c['step'], c['seen'], s['top1'], s['top5'], s['distance']])
        self.log(f'SCORE step {c["step"]} seen {c["seen"]} top1 {s["top1"]} top5 {s["top5"]} first.txt: {s["first_top1"]} '
                 f'{s["first_top5"]} distance {s["distance"]} held eps-mse at 100..900 {s["held_eps_mse"]} '
                 f'({time.time() - began:.0f} s)')

    def going_on(self):
        return not self.stop.asked and time.time() - self.begun < self.a.hours * 3600


class Progress:
    """What the log line says of the steps since the last one."""

    def __init__(self):
        self.since, self.losses, self.buckets = time.time(), [], [[] for _ in range(5)]

    def add(self, losses, parts):
        self.losses += losses
        for bucket, error in parts:
            self.buckets[bucket].append(error)

    def line(self, run, rate, norm):
        c = run.counters
        errors = ' '.join('%.3f' % np.mean(b) if b else '-' for b in self.buckets)
        speed = len(self.losses) * run.a.batch / (time.time() - self.since)
        return (f'step {c["step"]} seen {c["seen"]} h {run.trained() / 3600:.2f} lr {rate:.1e} loss {np.mean(self.losses):.4f} '
                f'eps-mse/200t {errors} norm {norm:.2f} {speed:.1f} img/s')


def train_unet(options, pictures, captions, words, log):
    run = Run(options, pictures, captions, words, log)
    progress = Progress()
    saved = shown = time.time()
    while run.going_on():
        rate = run.rate()
        if rate is None:
            break
        result = run.step(rate)
        if result is None:
            continue
        losses, parts, norm = result
        progress.add(losses, parts)
        now = time.time()
        if now - progress.since > options.log_seconds:
            log(progress.line(run, rate, norm))
            progress = Progress()
        if now - saved > options.save_minutes * 60:
            run.save()
            saved = time.time()
        if options.show_minutes and now - shown > options.show_minutes * 60:
            run.show()
            run.save()
            shown = saved = time.time()
    run.save()
    log(f'stopped at step {run.counters["step"]}, seen {run.counters["seen"]}, saved')
    if options.show_minutes and not run.stop.asked:
        run.show()
        run.save()
