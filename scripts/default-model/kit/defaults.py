"""The settings the model is judged at, and offered with."""
import os

STEPS = 20
CFG_SCALE = 4
EXAMPLES = os.path.join(os.path.dirname(__file__), '../data/examples.txt')


def examples():
    """Prompts that work, for a new user to click."""
    with open(EXAMPLES, encoding='utf-8') as f:
        return f.read().strip().split('\n')


def defaults():
    return {'steps': STEPS, 'cfg_scale': CFG_SCALE, 'sampler_name': 'DDIM', 'scheduler': 'Automatic', 'examples': examples()}
