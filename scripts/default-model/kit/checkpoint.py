"""The single-file checkpoint: from training weights, and back into a network."""
import json

import torch

from .model import LatentDiffusion
from .safetensors import read_safetensors
from .trainable import POSITIONS, TOKENS, WORDS

# Token rows that training never touched are zero, so that they compress away. The rows of this many common words stay:
# from them `state.adopt` finds the word projection again, which gives new words their start when training goes on.
KEPT_WORDS = 500
# Encoding is deterministic: the standard deviation is exp(-15).
LOG_VARIANCE = -30.0


def token_table(t, words_matrix, offsets, vectors):
    """CLIP's whole token table [49408, width]. `vectors`: word vectors of all tokens; low ids are common words."""
    table = torch.zeros(len(vectors), words_matrix.shape[1])
    known = vectors.abs().sum(1).nonzero().flatten()[:KEPT_WORDS]
    table[known] = vectors[known] @ words_matrix
    trained = torch.tensor(t.vocab)
    table[trained] = vectors[trained] @ words_matrix + offsets
    return table


def checkpoint_tensors(t, flat, vectors):
    """Tensors (f32) in Stable Diffusion 1's layout, of a flat weight vector."""
    get = {k: flat[t.at[k]].view(p.shape) for k, p in t.params}
    out = {k: x for k, x in get.items() if k not in (WORDS, TOKENS)}
    vae = {k: x.clone() for k, x in t.net.vae.state_dict().items()}
    channels = vae['quant_conv.bias'].shape[0] // 2
    # The first half are the means, into which the latents' whitening is folded; they stay.
    vae['quant_conv.weight'][channels:] = 0.0
    vae['quant_conv.bias'][channels:] = LOG_VARIANCE
    out.update({'first_stage_model.' + k: x for k, x in vae.items()})
    out[TOKENS] = token_table(t, get[WORDS], get[TOKENS], vectors)
    return out


def half(tensors, length):
    """The tensors as they are stored: f16, with the position ids that other programs expect."""
    stored = {k: x.detach().half().contiguous() for k, x in tensors.items()}
    stored[POSITIONS] = torch.arange(length).view(1, -1)
    return stored


def load_checkpoint(path):
    """(network in f32, metadata) of an exported file."""
    tensors, meta = read_safetensors(path)
    tensors.pop(POSITIONS)
    net = LatentDiffusion(json.loads(meta['tapestry.config'])).eval()
    net.load_state_dict({k: x.float() for k, x in tensors.items()})
    net.vae.skip_zero_branches()
    return net, meta
