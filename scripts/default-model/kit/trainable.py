"""The trained part of the model as one flat vector."""
import torch

from .model import LatentDiffusion

TEXT = 'cond_stage_model.transformer.text_model.'
TOKENS = TEXT + 'embeddings.token_embedding.weight'
POSITIONS = TEXT + 'embeddings.position_ids'
WORDS = 'words'  # [100, width]: word vector to token embedding, learned along with the rest
TEXT_RATE = 0.3  # the text encoder learns slower


class Trainable:
    """UNet, text encoder and word projection as views into one flat vector, so that the optimiser, the EMA and the
    gradient exchange between processes are a handful of whole-vector operations.

    `vocab`: the token ids that captions use; the table holds only their rows. `vectors`: their word vectors [V, 100].
    """

    def __init__(self, config, vocab, vectors, buffer=None):
        self.config, self.vocab, self.vectors = config, list(vocab), vectors
        self.net = LatentDiffusion(config, vocab=len(vocab))
        start = torch.linalg.qr(torch.randn(config['text']['width'], vectors.shape[1]))[0].T.contiguous() * 0.8
        self.words = torch.nn.Parameter(start)
        named = [(k, p) for k, p in self.net.named_parameters() if not k.startswith('first_stage_model.')]
        unet = [(k, p) for k, p in named if k.startswith('model.')]
        text = [(k, p) for k, p in named if not k.startswith('model.')] + [(WORDS, self.words)]
        groups = [[(k, p) for k, p in unet if p.ndim > 1], [(k, p) for k, p in unet if p.ndim < 2], text]
        self.params = [named_param for group in groups for named_param in group]
        sizes = [sum(p.numel() for _, p in group) for group in groups]
        self.size = sum(sizes)
        a, b = sizes[0], sizes[0] + sizes[1]
        # (slice, weight decay, learning rate factor)
        self.groups = [(slice(0, a), 0.01, 1.0), (slice(a, b), 0.0, 1.0), (slice(b, self.size), 0.0, TEXT_RATE)]
        self.at, offset = {}, 0
        for k, p in self.params:
            self.at[k] = slice(offset, offset + p.numel())
            offset += p.numel()
        self.flat = torch.empty(self.size) if buffer is None else buffer
        with torch.no_grad():
            for k, p in self.params:
                view = self.flat[self.at[k]].view(p.shape)
                view.copy_(p)
                p.data = view

    def grads_into(self, flat):
        """Lets backward() add into a flat vector."""
        for k, p in self.params:
            p.grad = flat[self.at[k]].view(p.shape)

    def context(self, ids):
        """Text encoder output of compact ids [n, tokens]."""
        table = self.vectors @ self.words + self.net.text.embeddings.token_embedding.weight
        return self.net.text(ids, table)

    def use(self, flat):
        """Swaps the weights in place with another flat vector (weights <-> EMA)."""
        other = flat.clone()
        flat.copy_(self.flat)
        self.flat.copy_(other)
