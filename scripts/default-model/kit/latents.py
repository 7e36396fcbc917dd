"""The pictures as the autoencoder sees them, computed once."""
import hashlib
import os

import numpy as np
import torch

from .model import LATENT_SCALE, LATENT_SHAPE
from .pictures import BACKGROUNDS


def encoder_key(vae):
    """Hash of what decides a latent. Of the f16 weights, so that a state file and the checkpoint exported from it share
    their latents; without the log-variance rows, which the export replaces."""
    weights = {k: v for k, v in vae.state_dict().items() if k.startswith('encoder.')}
    channels = vae.quant_conv.out_channels // 2
    weights['mean.weight'], weights['mean.bias'] = vae.quant_conv.weight[:channels], vae.quant_conv.bias[:channels]
    return hashlib.sha256(b''.join(v.detach().half().numpy().tobytes() for _, v in sorted(weights.items()))).hexdigest()


@torch.no_grad()
def latents(work, vae, pictures, log, stop):
    """Scaled latent means of every drawable picture on every background, [n, backgrounds, 4, 16, 16], and
    {picture: n}. Kept in WORK/latents.npz for as long as the encoder's weights stay the same."""
    key = encoder_key(vae)
    index = [i for i, p in enumerate(pictures.meta) if p['draw']]
    path = os.path.join(work, 'latents.npz')
    row = {picture: n for n, picture in enumerate(index)}
    if os.path.exists(path):
        f = np.load(path)
        if str(f['key']) == key and f['index'].tolist() == index:
            return torch.from_numpy(f['latents']), row
    out = np.zeros((len(index), len(BACKGROUNDS), *LATENT_SHAPE), np.float32)
    for n, i in enumerate(index):
        if stop.asked:
            raise SystemExit('stopped while encoding the pictures; nothing was lost')
        if n % 60 == 0:
            log(f'latents {n}/{len(index)}')
        mean, _ = vae.encode(pictures.tensor([(i, b) for b in range(len(BACKGROUNDS))]))
        out[n] = (mean * LATENT_SCALE).numpy()
    aside = path + '.tmp.npz'
    np.savez(aside, latents=out, index=np.array(index), key=np.array(key))
    os.replace(aside, path)
    return torch.from_numpy(out), row
