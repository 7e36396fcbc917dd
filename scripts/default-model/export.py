#!/usr/bin/python3
"""Writes OUT/tapestry-emoji.safetensors (averaged weights, f16, one Stable Diffusion 1 file) and, computed from the
stored weights, OUT/golden.safetensors with golden.json. See README.md."""
import argparse
import os

from kit.console import be_quiet

NAME = 'tapestry-emoji.safetensors'


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('work', help='the folder that setup.sh filled')
    p.add_argument('out', help='folder to write to')
    p.add_argument('--state', help='state file (default WORK/state.safetensors)')
    options = p.parse_args()
    be_quiet()
    import torch
    from kit import state
    from kit.captions import Captions
    from kit.checkpoint import checkpoint_tensors, half, load_checkpoint
    from kit.defaults import CFG_SCALE, STEPS
    from kit.golden import write_golden
    from kit.metadata import checkpoint_metadata
    from kit.pictures import Pictures
    from kit.safetensors import write_safetensors
    from kit.words import WordVectors
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    os.makedirs(options.out, exist_ok=True)

    captions = Captions(Pictures(options.work))
    words = WordVectors(options.work, captions.tokenizer)
    t, ema, _, _, counters = state.unpack(options.state or os.path.join(options.work, 'state.safetensors'), words.rows)
    tensors = checkpoint_tensors(t, ema, words.rows(range(len(words))))
    path = os.path.join(options.out, NAME)
    stored = half(tensors, t.config['text']['length'])
    write_safetensors(path, stored, checkpoint_metadata(t, counters, captions))
    net, _ = load_checkpoint(path)
    write_golden(net, path, options.out, STEPS, CFG_SCALE)
    print(f'{path}: {os.path.getsize(path) / 1e6:.1f} MB, {len(stored)} tensors, step {counters["step"]}, '
          f'{counters["seen"]} pictures seen')


if __name__ == '__main__':
    main()
