"""Pieces that the UNet, the VAE and the text encoder share."""
import torch
import torch.nn as nn


def conv3(cin, cout, stride=1, padding=1):
    return nn.Conv2d(cin, cout, 3, stride, padding)


def zero(module):
    """The module with all its parameters at zero: a residual branch that starts by adding nothing."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def attend(q, k, v):
    """Softmax attention; q [..., n, d], k and v [..., m, d] -> [..., n, d]."""
    weights = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2)).softmax(-1)
    return torch.matmul(weights, v)


def split_heads(x, heads):
    """[batch, tokens, width] -> [batch, heads, tokens, width / heads]."""
    batch, tokens, width = x.shape
    return x.view(batch, tokens, heads, width // heads).transpose(1, 2)


def join_heads(x):
    """[batch, heads, tokens, d] -> [batch, tokens, heads * d]."""
    batch, heads, tokens, d = x.shape
    return x.transpose(1, 2).reshape(batch, tokens, heads * d)


class Node(nn.Module):
    """An empty module that only gives its children a place in the key names."""

    def __init__(self, **children):
        super().__init__()
        for name, child in children.items():
            self.add_module(name, child)
