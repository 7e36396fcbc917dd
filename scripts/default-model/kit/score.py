"""How far along training is, in numbers."""
import numpy as np
import torch

from .captions import HELD_OUT, full_caption
from .model import ALPHAS_CUMPROD, LATENT_SHAPE, ddim
from .pictures import BACKGROUNDS

LEVELS = (100, 300, 500, 700, 900)


class Bank:
    """All training pictures, to look a latent up among those on the same background."""

    def __init__(self, captions, table, row):
        concepts = captions.concepts
        self.owner = np.array([i for i, s in enumerate(captions.slugs) for _ in concepts[s]['at']])
        self.latents = table[[row[p] for s in captions.slugs for p in concepts[s]['at'].values()]]

    def rank(self, latent, background, concept):
        """How many other concepts lie nearer to the latent than this one; 0 is right."""
        order = self.owner[(self.latents[:, background] - latent).square().sum((1, 2, 3)).argsort().numpy()]
        return list(dict.fromkeys(order.tolist())).index(concept)


class Score:
    """48 combinations of concept and background kept out of training, drawn with fixed seeds and looked up."""

    def __init__(self, captions, table, row):
        self.captions, self.bank = captions, Bank(captions, table, row)
        held = captions.held
        names = [(captions.concepts[s]['names'][0], style, BACKGROUNDS[b]) for s, style, b in held]
        self.ids = captions.ids([full_caption(*name) for name in names])
        self.target = torch.stack([table[row[captions.concepts[s]['at'][style]], b] for s, style, b in held])
        generator = torch.Generator().manual_seed(HELD_OUT)
        self.noise = torch.randn(len(held), *LATENT_SHAPE, generator=generator)
        self.eps = torch.randn(len(held), *LATENT_SHAPE, generator=generator)

    def held_errors(self, t, context):
        errors = []
        for level in LEVELS:
            a = ALPHAS_CUMPROD[level]
            out = t.net.unet(a.sqrt() * self.target + (1 - a).sqrt() * self.eps, torch.full((len(self.eps),), level), context)
            errors.append(round(float((out - self.eps).square().mean()), 4))
        return errors

    @torch.no_grad()
    def __call__(self, t, steps=15, cfg=4.0):
        context, empty = t.context(self.ids), t.context(self.captions.ids(['']))
        x = torch.cat([ddim(t.net.unet, c, empty, z, steps, cfg) for c, z in zip(context.split(16), self.noise.split(16))])
        slugs = self.captions.slugs
        ranks = np.array([self.bank.rank(z, b, slugs.index(s)) for (s, _, b), z in zip(self.captions.held, x)])
        first = np.array([slug in self.captions.first for slug, _, _ in self.captions.held])
        return {'top1': share(ranks < 1), 'top5': share(ranks < 5),
                'first_top1': share(ranks[first] < 1), 'first_top5': share(ranks[first] < 5),
                'distance': round(float((x - self.target).square().mean()), 3), 'held_eps_mse': self.held_errors(t, context)}


def share(flags):
    """Share of true ones, three digits."""
    return round(float(np.mean(flags)), 3)
