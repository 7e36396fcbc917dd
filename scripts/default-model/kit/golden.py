"""What another implementation of the same checkpoint must reproduce."""
import copy
import hashlib
import json
import os

import numpy as np
import torch

from .model import LATENT_SCALE, LATENT_SHAPE, ddim
from .safetensors import write_safetensors
from .tokenizer import Tokenizer

PROMPTS = ['a red apple on a light blue background', 'a dog, noto style, on a white background', '']
NOISE_SEED = 1234
TIMESTEP = 500


@torch.no_grad()
def outputs(net, ids, noise, steps, cfg):
    """Of one network, in its own precision. Each part starts from what the part before gave."""
    context = net.text(ids)
    latent = ddim(net.unet, context[:1], context[-1:], noise, steps, cfg)
    picture = net.vae.decode(latent / LATENT_SCALE)
    return {'context': context, 'eps500': net.unet(noise, torch.tensor([TIMESTEP]), context[:1]), 'latent': latent,
            'picture': picture, 'encoded': net.vae.encode(picture)[0]}


def write_golden(net, checkpoint, folder, steps, cfg):
    """golden.safetensors and golden.json, computed in f32 from the stored f16 weights.

    ids [3, 77] and context [3, 77, width] of PROMPTS; noise [1, 4, 16, 16]; eps500: the UNet's prediction for the noise
    at t = 500 under the first prompt; latent: the scaled latent after DDIM from the noise; picture [1, 3, 128, 128]: the
    latent decoded; encoded: the unscaled mean of the picture encoded again. The JSON has the settings and, per tensor,
    how far f32 is from f64.
    """
    tokenizer = Tokenizer()
    noise = torch.from_numpy(np.random.default_rng(NOISE_SEED).standard_normal((1, *LATENT_SHAPE)).astype(np.float32))
    ids = torch.tensor([tokenizer(prompt) for prompt in PROMPTS])
    single = outputs(net, ids, noise, steps, cfg)
    double = outputs(copy.deepcopy(net).double(), ids, noise.double(), steps, cfg)
    write_safetensors(os.path.join(folder, 'golden.safetensors'), {'ids': ids, 'noise': noise, **single}, {})
    with open(checkpoint, 'rb') as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    cases = [{'case': k, 'max_abs_fp32_vs_fp64': float((single[k] - double[k]).abs().max())} for k in single]
    with open(os.path.join(folder, 'golden.json'), 'w', encoding='utf-8') as f:
        json.dump({'checkpoint_sha256': digest, 'prompts': PROMPTS, 'timestep': TIMESTEP, 'sampler': 'DDIM', 'steps': steps,
                   'cfg_scale': cfg, 'cases': cases}, f, indent=2)
