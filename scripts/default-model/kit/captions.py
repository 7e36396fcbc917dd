"""What is drawn, in which words."""
import os

import numpy as np
import torch

from .pictures import BACKGROUNDS
from .tokenizer import END, START, Tokenizer

FIRST = os.path.join(os.path.dirname(__file__), '../data/first.txt')
LEADS = ['an emoji of ', 'a drawing of ', 'a picture of ']
HELD_OUT = 48


def article(word):
    return 'an' if word[0] in 'aeiou' else 'a'


def full_caption(caption, style, colour):
    return f'{caption}, {style} style, on {article(colour)} {colour} background'


class Captions:
    """Random captions of the drawable concepts; ids are places in a compact vocabulary of the tokens that occur."""

    def __init__(self, pictures):
        self.concepts = {}
        for i, p in enumerate(pictures.meta):
            if p['draw']:
                c = self.concepts.setdefault(p['slug'], {'names': [p['caption'], *p['others']], 'at': {}})
                c['at'][p['style']] = i
        self.slugs = list(self.concepts)
        self.tokenizer = Tokenizer()
        words = {t for c in self.concepts.values() for name in c['names'] for t in self.tokenizer.encode(name)}
        for text in ['noto style, fluent style, an emoji of a drawing of a picture of the on background', *BACKGROUNDS]:
            words.update(self.tokenizer.encode(text))
        self.vocab = [*sorted(words), START, END]
        self.place = {t: i for i, t in enumerate(self.vocab)}
        with open(FIRST, encoding='utf-8') as f:
            first = set(f.read().split())
        self.first = [s for s in self.slugs if s in first]
        # (concept, noto, background) combinations that training never sees, for the score: half of them with the
        # concepts of first.txt.
        rng = np.random.default_rng(2024)
        rest = [s for s in self.slugs if s not in first]
        half = HELD_OUT // 2
        picked = [*rng.permutation(self.first)[:half].tolist(), *rng.permutation(rest)[:half].tolist()]
        self.held = [(s, 'noto', 1 + k % (len(BACKGROUNDS) - 1)) for k, s in enumerate(picked)]
        self.heldset = set(self.held)

    def ids(self, texts):
        return torch.tensor([[self.place[t] for t in self.tokenizer(text)] for text in texts])

    def draw(self, rng, slug, fluent):
        """(caption, picture index, background index). `fluent`: share of Fluent pictures.

        An unnamed style is Noto and an unnamed background mostly white, so that a bare name means one picture.
        """
        c = self.concepts[slug]
        style = 'fluent' if rng.random() < fluent else 'noto'
        if style not in c['at']:
            style = next(iter(c['at']))
        say_style, say_colour = style != 'noto' or rng.random() < 0.15, rng.random() < 0.55
        while True:
            b = int(rng.integers(len(BACKGROUNDS))) if say_colour or rng.random() < 0.1 else 0
            if (slug, style, b) not in self.heldset:
                break
        if rng.random() < 0.1:  # no caption at all: what guidance steers away from
            return '', c['at'][style], b
        return self.phrase(rng, c['names'], style if say_style else None, BACKGROUNDS[b] if say_colour else None), c['at'][style], b

    @staticmethod
    def phrase(rng, names, style, colour):
        """One way of asking for a concept; style and colour are named unless None."""
        text = names[0]
        if len(names) > 1 and rng.random() < 0.3:
            text = names[rng.integers(1, len(names))]
        r = rng.random()
        if r < 0.25:
            text = LEADS[rng.integers(3)] + text
        elif r < 0.4 and text.split()[0] in ('a', 'an'):
            text = text.split(' ', 1)[1]
        tail = [f', {style} style'] if style else []
        if colour:
            on = f'on {article(colour)} {colour} background'
            tail.append(f', {colour} background' if rng.random() >= 0.8 else [' ', ', '][rng.integers(2)] + on)
        if rng.random() >= 0.6:
            tail.reverse()
        return text + ''.join(tail)
