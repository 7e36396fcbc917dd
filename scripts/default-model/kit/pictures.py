"""The drawings, on their plain backgrounds (files made by build-data.ts)."""
import gzip
import json
import os

import numpy as np
import torch
from PIL import Image

PALETTE = {
    'white': (255, 255, 255), 'light blue': (173, 216, 240), 'pink': (255, 196, 214), 'yellow': (255, 232, 130),
    'mint green': (180, 235, 200), 'lavender': (212, 200, 245), 'orange': (255, 190, 120), 'light gray': (214, 218, 224),
    'dark blue': (32, 48, 92), 'black': (24, 24, 28), 'green': (96, 176, 112), 'purple': (120, 84, 170),
}
BACKGROUNDS = list(PALETTE)
STYLES = ['noto', 'fluent']
# The drawing fills 110 of 128 pixels; all of this border is background.
BORDER = 8


class Pictures:
    """`meta[i]`: slug, style, caption, other names and whether the diffusion model draws picture i."""

    def __init__(self, work):
        with open(os.path.join(work, 'pictures.json'), encoding='utf-8') as f:
            self.meta = json.load(f)
        with gzip.open(os.path.join(work, 'pictures.bin.gz')) as f:
            self.rgba = np.frombuffer(f.read(), np.uint8).reshape(-1, 128, 128, 4)

    def over(self, i, colour):
        """Picture i on a plain background, [128, 128, 3] in 0..1."""
        x = self.rgba[i].astype(np.float32) / 255.0
        return x[..., :3] * x[..., 3:] + (1 - x[..., 3:]) * np.asarray(colour, np.float32) / 255.0

    def tensor(self, picks):
        """[(picture, background index)] as a batch [n, 3, 128, 128] in -1..1."""
        x = np.stack([self.over(i, PALETTE[BACKGROUNDS[b]]) for i, b in picks])
        return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous() * 2 - 1


def background_of(image):
    """Index of the palette colour nearest to the median of a picture's border; image [3, 128, 128] in -1..1."""
    frame = torch.ones(image.shape[1:], dtype=torch.bool)
    frame[BORDER:-BORDER, BORDER:-BORDER] = False
    colour = (image[:, frame].median(1).values + 1) * 127.5
    palette = torch.tensor([PALETTE[b] for b in BACKGROUNDS], dtype=torch.float32)
    return int((palette - colour).square().sum(1).argmin())


def save_grid(images, columns, path):
    """[n, 3, h, w] in -1..1 to one PNG."""
    x = ((images.clamp(-1, 1) + 1) * 127.5 + 0.5).permute(0, 2, 3, 1).numpy().astype(np.uint8)
    n, h, w, _ = x.shape
    sheet = np.full((-(-n // columns) * h, columns * w, 3), 255, np.uint8)
    for i, image in enumerate(x):
        row, column = divmod(i, columns)
        sheet[row * h:(row + 1) * h, column * w:(column + 1) * w] = image
    Image.fromarray(sheet).save(path)
