"""What another implementation of the same checkpoint must reproduce."""
import hashlib
import json

import numpy as np
import torch

from .model import LATENT_SCALE, LATENT_SHAPE, ddim
from .safetensors import write_safetensors
from .tokenizer import Tokenizer

PROMPTS = ['a red apple on a light blue background', 'a dog, noto style, on a white background', '']
NOISE_SEED = 1234
TIMESTEP = 500


def write_golden(net, checkpoint, path, steps, cfg):
    """One safetensors file, computed in f32 from the stored f16 weights.

    ids [3, 77] and context [3, 77, width] of PROMPTS; noise [1, 4, 16, 16]; eps500: the UNet's prediction for the noise
    at t = 500 under the first prompt; latent: the scaled latent after DDIM from the noise; picture [1, 3, 128, 128]: the
    latent decoded; encoded: the unscaled mean of the picture encoded again. Prompts, steps and cfg are in the metadata.
    """
    tokenizer = Tokenizer()
    noise = torch.from_numpy(np.random.default_rng(NOISE_SEED).standard_normal((1, *LATENT_SHAPE)).astype(np.float32))
    ids = torch.tensor([tokenizer(prompt) for prompt in PROMPTS])
    with torch.no_grad():
        context = net.text(ids)
        eps = net.unet(noise, torch.tensor([TIMESTEP]), context[:1])
        latent = ddim(net.unet, context[:1], context[-1:], noise, steps, cfg)
        picture = net.vae.decode(latent / LATENT_SCALE)
        encoded, _ = net.vae.encode(picture)
    with open(checkpoint, 'rb') as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    tensors = {'ids': ids.to(torch.int32), 'context': context, 'noise': noise, 'eps500': eps, 'latent': latent,
               'picture': picture, 'encoded': encoded}
    write_safetensors(path, tensors, {'prompts': json.dumps(PROMPTS), 'steps': steps, 'cfg_scale': cfg, 'sampler': 'DDIM',
                                      'timestep': TIMESTEP, 'checkpoint.sha256': digest})
