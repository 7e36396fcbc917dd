"""Training batches and their loss."""
import numpy as np
import torch

from .model import ALPHAS_CUMPROD


class Batches:
    """Concepts are dealt like cards, so each comes up equally often; noise levels are stratified.

    `table`, `row`: latents and where a picture's are. `options`: batch, first_share, fluent, high, snr_power.
    """

    def __init__(self, captions, table, row, options):
        self.captions, self.table, self.row, self.options = captions, table, row, options
        self.decks = {True: [], False: []}

    def deal(self, rng):
        first = bool(rng.random() < self.options.first_share)
        if not self.decks[first]:
            self.decks[first] = list(rng.permutation(self.captions.first if first else self.captions.slugs))
        return self.decks[first].pop()

    def timesteps(self, rng):
        """Stratified; a share of `high` lies at 450 and above, where it is decided what the picture shows."""
        n, high = self.options.batch, self.options.high
        u = (rng.permutation(n) + rng.random(n)) / n
        u = np.where(u < high, 450 + 550 * u / max(high, 1e-6), 450 * (u - high) / max(1 - high, 1e-6))
        return torch.from_numpy(u.astype(np.int64).clip(0, 999))

    def loss(self, t, rng):
        """(weighted loss, [(bucket of 200 timesteps, plain error)]) of one batch."""
        texts, pick = [], []
        for _ in range(self.options.batch):
            text, picture, background = self.captions.draw(rng, self.deal(rng), self.options.fluent)
            texts.append(text)
            pick.append((self.row[picture], background))
        x0 = self.table[tuple(zip(*pick))]
        steps = self.timesteps(rng)
        noise = torch.from_numpy(rng.standard_normal(x0.shape, np.float32))
        a = ALPHAS_CUMPROD[steps].view(-1, 1, 1, 1)
        eps = t.net.unet(a.sqrt() * x0 + (1 - a).sqrt() * noise, steps, t.context(self.captions.ids(texts)))
        each = (eps - noise).square().mean((1, 2, 3))
        snr = (a / (1 - a)).flatten()
        # min-SNR with gamma 5 (Hang et al. 2023) in its eps form, and more weight where the picture is still undecided:
        # without it the text is hardly learnt, because eps errors there are tiny.
        weight = snr.clamp(max=5) / snr * snr.clamp(max=1) ** -self.options.snr_power
        return (weight * each).mean(), list(zip((steps // 200).tolist(), each.tolist()))
