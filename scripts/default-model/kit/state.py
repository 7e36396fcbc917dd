"""The training state: one safetensors file (weights f32, EMA and Adam moments as scaled f16)."""
import json
import os

import numpy as np
import torch

from .model import CONFIG
from .safetensors import read_safetensors, write_safetensors
from .trainable import TOKENS, WORDS, Trainable

FORMAT = 'tiny-train-state-1'


def new_counters(step=0, seen=0):
    """Steps, pictures seen, Adam's own steps, seconds of training."""
    return {'step': step, 'seen': seen, 'adam': 0, 'clock': 0.0}


def squeeze(x):
    """A tensor as (scale, f16 in -1..1)."""
    scale = float(x.abs().max()) or 1.0
    return scale, (x / scale).half()


def pack(t, ema, m, v, counters, path):
    """Writes a state file: Trainable, its EMA, Adam's moments m and v, counters."""
    tensors, scales = {}, []
    for k, p in t.params:
        s = t.at[k]
        w = t.flat[s]
        row = []
        tensors['weights.' + k] = w.view(p.shape)
        for kind, x in (('ema', ema[s] - w), ('adam_m', m[s]), ('adam_s', v[s].sqrt())):
            scale, half = squeeze(x)
            tensors[f'{kind}.{k}'] = half.view(p.shape)
            row.append(scale)
        scales.append(row)
    for k, x in t.net.vae.state_dict().items():
        tensors['vae.' + k] = x
    tensors['scales'] = np.array(scales, np.float32)
    tensors['vocab'] = np.array(t.vocab, np.int32)
    meta = {'format': FORMAT, 'config': json.dumps(t.config), 'order': json.dumps([k for k, _ in t.params]),
            'counters': json.dumps(counters)}
    write_safetensors(path, tensors, meta)


def unpack(path, vectors_of, vocab=None, buffer_of=None):
    """(Trainable, ema, m, v, counters) from a state file or from an exported checkpoint alone. `vectors_of`: token ids
    to word vectors. `vocab` is for a checkpoint that does not list its trained tokens."""
    tensors, meta = read_safetensors(path)
    if meta.get('format') != FORMAT:
        return adopt(tensors, meta, vectors_of, vocab, buffer_of)
    t = make(json.loads(meta['config']), tensors['vocab'].tolist(), vectors_of, buffer_of)
    scales = dict(zip(json.loads(meta['order']), tensors['scales'].tolist()))
    ema, m, v = torch.empty(t.size), torch.empty(t.size), torch.empty(t.size)
    for k, _ in t.params:
        s, (ema_scale, m_scale, root_scale) = t.at[k], scales[k]
        w = tensors['weights.' + k].flatten()
        t.flat[s] = w
        ema[s] = w + tensors['ema.' + k].flatten().float() * ema_scale
        m[s] = tensors['adam_m.' + k].flatten().float() * m_scale
        root = tensors['adam_s.' + k].flatten().float() * root_scale
        # What f16 rounded away must not become a huge step: sqrt(v) is never far below |m|.
        v[s] = torch.maximum(root, m[s].abs() * 0.3) ** 2
    t.net.vae.load_state_dict({k[len('vae.'):]: x for k, x in tensors.items() if k.startswith('vae.')})
    return t, ema, m, v, json.loads(meta['counters'])


def make(config, vocab, vectors_of, buffer_of=None):
    vectors = vectors_of(vocab)
    if buffer_of is None:
        return Trainable(config, vocab, vectors)
    size = Trainable(config, vocab, vectors).size
    return Trainable(config, vocab, vectors, buffer_of(size))


def adopt(tensors, meta, vectors_of, vocab, buffer_of):
    """Starts from an exported single-file checkpoint: the EMA becomes the weights, the moments are new."""
    config = json.loads(meta['tapestry.config']) if 'tapestry.config' in meta else CONFIG
    vocab = json.loads(meta['tapestry.vocab']) if 'tapestry.vocab' in meta else vocab
    t = make(config, vocab, vectors_of, buffer_of)
    tensors = {k: x.float() if x.dtype == torch.float16 else x for k, x in tensors.items()}
    words, offsets = split_table(tensors[TOKENS], torch.tensor(vocab), vectors_of)
    for k, _ in t.params:
        x = words if k == WORDS else offsets if k == TOKENS else tensors[k]
        t.flat[t.at[k]] = x.flatten()
    prefix = 'first_stage_model.'
    t.net.vae.load_state_dict({k[len(prefix):]: x for k, x in tensors.items() if k.startswith(prefix)})
    counters = new_counters(int(meta.get('ss_training_steps', 0)), int(meta.get('ss_images_seen', 0)))
    return t, t.flat.clone(), torch.zeros(t.size), torch.zeros(t.size), counters


def split_table(table, vocab, vectors_of):
    """(words, offsets of the trained tokens): table = word vectors @ words, plus an offset on the trained tokens. The
    rows of other words, of which an export keeps some, give `words`."""
    every = vectors_of(range(len(table)))
    known = (every.abs().sum(1) > 0) & (table.abs().sum(1) > 0)
    known[vocab] = False
    words = torch.linalg.lstsq(every[known].double(), table[known].double()).solution.float()
    return words, table[vocab] - every[vocab] @ words


def with_vocabulary(vocab, vectors_of, buffer_of, t, *moments):
    """The same model over other captions: rows of the token table move to their new places, new tokens start as their
    word vectors say. Returns the new Trainable and the flat vectors that go with it (EMA, Adam's moments)."""
    new = make(t.config, vocab, vectors_of, buffer_of)
    new.net.vae.load_state_dict(t.net.vae.state_dict())
    place = {token: i for i, token in enumerate(t.vocab)}
    old_rows = torch.tensor([place[token] for token in vocab if token in place])
    new_rows = torch.tensor([i for i, token in enumerate(vocab) if token in place])

    def moved(flat):
        out = torch.zeros(new.size)
        for k, p in new.params:
            if k == TOKENS:
                out[new.at[k]].view(p.shape)[new_rows] = flat[t.at[k]].view(len(t.vocab), -1)[old_rows]
            else:
                out[new.at[k]] = flat[t.at[k]]
        return out

    new.flat.copy_(moved(t.flat))
    return new, *(moved(x) for x in moments)


def open_state(path, source, captions, words, buffer_of, fresh_seed=None):
    """(Trainable, ema, m, v, counters) from `path`, or from `source` while there is no such file. `fresh_seed`: of the
    source keep only the VAE and start new weights with this seed."""
    there = os.path.exists(path)
    if not there and not source:
        raise SystemExit(f'no state at {path}: give --from a state file or an exported checkpoint')
    t, ema, m, v, counters = unpack(path if there else source, words.rows, captions.vocab, buffer_of)
    if fresh_seed is not None and not there:
        torch.manual_seed(fresh_seed)
        new = make(t.config, captions.vocab, words.rows, buffer_of)
        new.net.vae.load_state_dict(t.net.vae.state_dict())
        return new, new.flat.clone(), torch.zeros(new.size), torch.zeros(new.size), new_counters()
    if t.vocab != captions.vocab:
        t, ema, m, v = with_vocabulary(captions.vocab, words.rows, buffer_of, t, ema, m, v)
    return t, ema, m, v, counters
