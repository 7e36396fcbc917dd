#!/usr/bin/python3
"""Trains the default model; stops on its own, resumes by itself. See README.md."""
import argparse
import json
import os

from kit.console import Log, Stop, be_quiet


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('work', help='the folder that setup.sh filled')
    p.add_argument('--stage', choices=['unet', 'vae', 'score'], default='unet')
    p.add_argument('--state', help='the state file, read and written (default WORK/state.safetensors)')
    p.add_argument('--from', dest='source', help='start from this state or exported checkpoint if --state does not exist')
    p.add_argument('--fresh', action='store_true', help='with --from: keep only its VAE')
    p.add_argument('--hours', type=float, default=1.0, help='stop after this long')
    p.add_argument('--final-hours', type=float, help='the final stretch: cosine to 3 %% over this much training time, kept across restarts')
    p.add_argument('--threads', type=int, default=max(1, len(os.sched_getaffinity(0))), help='cores to use: one single-threaded process each')
    p.add_argument('--batch', type=int, default=16, help='pictures a step and core')
    p.add_argument('--lr', type=float, help='default 1e-3 (unet), 2e-4 (vae)')
    p.add_argument('--save-minutes', type=float, default=5)
    p.add_argument('--show-minutes', type=float, default=30, help='sample grid and score this often; 0: never')
    p.add_argument('--log-seconds', type=float, default=60)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--snr-power', type=float, default=0.7, help='extra weight SNR^-p on steps noisier than SNR 1')
    p.add_argument('--high', type=float, default=0.6, help='share of the training steps with t of 450 and more')
    p.add_argument('--first-share', type=float, default=0.4, help='share of pictures drawn from first.txt alone; the rest from all concepts')
    p.add_argument('--fluent', type=float, default=0.15, help='share of Fluent pictures (always named in the caption)')
    p.add_argument('--nice', type=int, default=19)
    return p.parse_args()


def print_score(options, pictures, captions, words, log):
    from kit import state
    from kit.latents import latents
    from kit.score import Score
    path = options.state or os.path.join(options.work, 'state.safetensors')
    t, ema, *_ = state.open_state(path, options.source, captions, words, None)
    t.flat.copy_(ema)
    table, row = latents(options.work, t.net.vae.skip_zero_branches(), pictures, log, Stop())
    log('SCORE ' + json.dumps(Score(captions, table, row)(t)))


def main():
    options = arguments()
    be_quiet(options.nice)
    import torch
    from kit.captions import Captions
    from kit.pictures import Pictures
    from kit.train_unet import train_unet
    from kit.train_vae import train_vae
    from kit.words import WordVectors
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    os.makedirs(os.path.join(options.work, 'samples'), exist_ok=True)
    pictures = Pictures(options.work)
    captions = Captions(pictures)
    stage = {'unet': train_unet, 'vae': train_vae, 'score': print_score}[options.stage]
    stage(options, pictures, captions, WordVectors(options.work, captions.tokenizer), Log(options.work))


if __name__ == '__main__':
    main()
