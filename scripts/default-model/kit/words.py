"""GloVe vectors of the tokens that are whole words (files made by build-data.ts)."""
import json
import os

import numpy as np
import torch


class WordVectors:
    """Unit vectors by token id; tokens that are no known word have zeros."""

    def __init__(self, work, tokenizer):
        with open(os.path.join(work, 'wordvec.json'), encoding='utf-8') as f:
            words = json.load(f)
        vectors = np.fromfile(os.path.join(work, 'wordvec.bin'), np.float32).reshape(len(words), -1)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        at = {w + '</w>': i for i, w in enumerate(words)}
        self.table = np.zeros((len(tokenizer.words), vectors.shape[1]), np.float32)
        for token, word in enumerate(tokenizer.words):
            if word in at:
                self.table[token] = vectors[at[word]]

    def rows(self, tokens):
        return torch.from_numpy(self.table[np.asarray(tokens)])

    def __len__(self):
        return len(self.table)
