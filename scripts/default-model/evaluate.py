#!/usr/bin/python3
"""Judges an exported checkpoint: draws every concept and every example with fixed seeds at the default settings, writes
OUT/concepts.png, OUT/examples.png and OUT/evaluation.json, and prints the figures. See README.md."""
import argparse
import json
import os

from kit.console import Stop, be_quiet
from kit.defaults import CFG_SCALE, STEPS, examples

FIRST_SEED = 10_000
COLUMNS = 16
BATCH = 16


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('work', help='the folder that setup.sh filled')
    p.add_argument('checkpoint', help='the exported .safetensors')
    p.add_argument('out', help='folder to write to')
    p.add_argument('--steps', type=int, default=STEPS)
    p.add_argument('--cfg', type=float, default=CFG_SCALE)
    return p.parse_args()


def main():
    options = arguments()
    be_quiet()
    import numpy as np
    import torch
    from kit.captions import Captions, article
    from kit.checkpoint import load_checkpoint
    from kit.latents import latents
    from kit.model import LATENT_SCALE, ddim, torch_noise
    from kit.pictures import BACKGROUNDS, Pictures, background_of, save_grid
    from kit.score import Bank, share
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    os.makedirs(options.out, exist_ok=True)

    net, meta = load_checkpoint(options.checkpoint)
    pictures = Pictures(options.work)
    captions = Captions(pictures)
    bank = Bank(captions, *latents(options.work, net.vae, pictures, print, Stop()))

    @torch.no_grad()
    def paint(prompts, first_seed):
        """(scaled latents, pictures) of prompts."""
        z = []
        empty = net.text(torch.tensor([captions.tokenizer('')]))
        for at in range(0, len(prompts), BATCH):
            part = prompts[at:at + BATCH]
            context = net.text(torch.tensor([captions.tokenizer(prompt) for prompt in part]))
            noise = torch_noise(range(first_seed + at, first_seed + at + len(part)))
            z.append(ddim(net.unet, context, empty, noise, options.steps, options.cfg))
        z = torch.cat(z)
        return z, torch.cat([net.vae.decode(part / LATENT_SCALE) for part in z.split(BATCH)])

    asked = [(captions.concepts[s]['names'][0], i % len(BACKGROUNDS)) for i, s in enumerate(captions.slugs)]
    prompts = [f'{name} on {article(BACKGROUNDS[b])} {BACKGROUNDS[b]} background' for name, b in asked]
    z, images = paint(prompts, FIRST_SEED)
    save_grid(images, COLUMNS, os.path.join(options.out, 'concepts.png'))
    save_grid(paint(examples(), 1)[1], 5, os.path.join(options.out, 'examples.png'))

    ranks = np.array([bank.rank(latent, b, i) for i, (latent, (_, b)) in enumerate(zip(z, asked))])
    background = np.array([background_of(image) == b for image, (_, b) in zip(images, asked)])
    first = np.array([s in captions.first for s in captions.slugs])
    figures = {
        'seen': int(meta['ss_images_seen']), 'steps': options.steps, 'cfg_scale': options.cfg, 'concepts': len(asked),
        'top1': share(ranks < 1), 'top5': share(ranks < 5), 'first_top1': share(ranks[first] < 1),
        'background': share(background),
    }
    missed = [prompt for prompt, rank in zip(prompts, ranks) if rank > 0]
    strayed = [prompt for prompt, right in zip(prompts, background) if not right]
    with open(os.path.join(options.out, 'evaluation.json'), 'w', encoding='utf-8') as f:
        json.dump({**figures, 'not_top1': missed, 'wrong_background': strayed}, f, indent=2)
    print(json.dumps(figures))
    print('not nearest to its own picture:', '; '.join(missed) or 'none')
    print('wrong background:', '; '.join(strayed) or 'none')


if __name__ == '__main__':
    main()
