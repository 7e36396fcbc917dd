"""Refines the VAE's decoder only. The encoder, and with it every latent, stays as it is."""
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import state
from .console import Stop
from .latents import latents
from .model import LATENT_SCALE
from .pictures import BACKGROUNDS, save_grid

BATCH = 2
# Sampled latents carry grain, which shows as blocks on plain backgrounds: the decoder learns to smooth up to this much
# (latents have standard deviation 1).
LATENT_NOISE = 0.2


def edges(x):
    """Horizontal and vertical differences of neighbouring pixels."""
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def picture_loss(y, x):
    """(loss, plain L1): L1, L2, the colour of 8x8 blocks and the edges."""
    l1 = (y - x).abs().mean()
    loss = l1 + 0.5 * (y - x).square().mean() + 0.5 * (F.avg_pool2d(y, 8) - F.avg_pool2d(x, 8)).abs().mean()
    for p, q in zip(edges(x), edges(y)):
        loss = loss + 0.5 * (p - q).abs().mean()
    return loss, l1


def grainy(z):
    """Latents [n, c, h, w] with noise, each with its own share of the most."""
    return z + LATENT_NOISE * torch.rand(len(z), 1, 1, 1) * torch.randn_like(z)


class Run:
    def __init__(self, options, pictures, captions, words, log):
        self.a, self.pictures, self.log, self.stop = options, pictures, log, Stop()
        self.path = options.state or os.path.join(options.work, 'state.safetensors')
        self.opened = state.open_state(self.path, options.source, captions, words, None)
        self.vae = self.opened[0].net.vae.skip_zero_branches().requires_grad_(False)
        self.table, self.row = latents(options.work, self.vae, pictures, log, self.stop)
        self.order = list(self.row)
        self.params = [*self.vae.decoder.parameters(), *self.vae.post_quant_conv.parameters()]
        for p in self.params:
            p.requires_grad_(True)
        self.rate = options.lr or 2e-4
        self.adam = torch.optim.Adam(self.params, lr=self.rate, betas=(0.9, 0.99))
        self.mean = [p.detach().clone() for p in self.params]
        self.rng = np.random.default_rng(int(time.time()))
        self.begun, self.count = time.time(), 0

    def through(self):
        return (time.time() - self.begun) / (self.a.hours * 3600)

    def batch(self):
        at = self.rng.integers(0, len(self.order), BATCH), self.rng.integers(0, len(BACKGROUNDS), BATCH)
        pick = [(self.order[i], int(b)) for i, b in zip(*at)]
        return self.pictures.tensor(pick), torch.stack([self.table[self.row[i], b] for i, b in pick])

    def step(self):
        """One step; the plain error, on a scale of 0..1."""
        cosine = 0.05 + 0.475 * (1 + math.cos(math.pi * self.through()))
        for group in self.adam.param_groups:
            group['lr'] = self.rate * cosine * min(1, (self.count + 1) / 30)
        x, z = self.batch()
        loss, l1 = picture_loss(self.vae.decode(grainy(z) / LATENT_SCALE), x)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.adam.step()
        self.count += 1
        keep = min(0.998, (1 + self.count) / (10 + self.count))
        with torch.no_grad():
            for e, p in zip(self.mean, self.params):
                e.lerp_(p, 1 - keep)
        return l1.item() / 2

    def swap(self):
        for p, e in zip(self.params, self.mean):
            p.data, e.data = e.data, p.data

    def save(self):
        """Saves the averaged decoder and a grid: eight pictures above, what becomes of them below."""
        self.swap()
        state.pack(*self.opened, self.path)
        at = np.random.default_rng(7).integers(0, len(self.order), 8)
        pick = [(self.order[i], 1 + k) for k, i in enumerate(at)]
        x = self.pictures.tensor(pick)
        with torch.no_grad():
            y = self.vae.decode(torch.stack([self.table[self.row[i], b] for i, b in pick]) / LATENT_SCALE)
        save_grid(torch.cat([x, y]), 8, os.path.join(self.a.work, 'samples', f'vae{self.count:06d}.png'))
        self.log(f'vae step {self.count}: saved, error of the average {float((x - y).abs().mean()) / 2:.4f} of 1')
        self.swap()


def train_vae(options, pictures, captions, words, log):
    run = Run(options, pictures, captions, words, log)
    errors, logged = [], time.time()
    saved = logged
    while not run.stop.asked and run.through() < 1:
        errors.append(run.step())
        now = time.time()
        if now - logged > options.log_seconds:
            log(f'vae step {run.count} error {np.mean(errors):.4f} {BATCH * len(errors) / (now - logged):.1f} img/s')
            errors, logged = [], now
        if now - saved > options.save_minutes * 60:
            run.save()
            saved = time.time()
    run.save()
