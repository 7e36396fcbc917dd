"""The metadata that travels inside the checkpoint."""
import json
import os
import time

from .defaults import CFG_SCALE, STEPS, defaults

ATTRIBUTION = os.path.join(os.path.dirname(__file__), '../data/ATTRIBUTION.txt')


def checkpoint_metadata(t, counters, captions):
    """Modelspec 1.0.0, the licences, what the page offers, and what training needs to go on from the file alone."""
    with open(ATTRIBUTION, encoding='utf-8') as f:
        attribution = f.read()
    meta = {
        'format': 'pt',
        'modelspec.sai_model_spec': '1.0.0',
        'modelspec.architecture': 'stable-diffusion-v1',
        'modelspec.implementation': 'https://github.com/CompVis/stable-diffusion',
        'modelspec.title': 'Tapestry Emoji',
        'modelspec.description': 'A small latent diffusion model in the Stable Diffusion 1 layout, trained from scratch on '
                                 f'openly licensed drawings. It draws {len(captions.slugs)} everyday things in the style of '
                                 'emoji, on plain backgrounds, from short English prompts.',
        'modelspec.resolution': '128x128',
        'modelspec.prediction_type': 'epsilon',
        'modelspec.date': time.strftime('%Y-%m-%d'),
        'modelspec.license': 'Apache-2.0; trained on drawings under Apache-2.0, MIT and CC-BY-4.0, see tapestry.attribution',
        'modelspec.tags': 'emoji, small, text-to-image',
        'modelspec.usage_hint': f'128x128, DDIM, {STEPS} steps, CFG {CFG_SCALE}. Say what and on which colour: '
                                'a red apple on a light blue background',
        'tapestry.attribution': attribution,
        'tapestry.defaults': json.dumps(defaults()),
        'tapestry.concepts': json.dumps([captions.concepts[s]['names'][0] for s in captions.slugs]),
        'tapestry.config': json.dumps(t.config),
        'tapestry.vocab': json.dumps(t.vocab),
        'ss_training_steps': counters['step'],
        'ss_images_seen': counters['seen'],
    }
    if counters.get('history'):
        meta['tapestry.score'] = json.dumps(dict(zip(['step', 'seen', 'top1', 'top5', 'distance'], counters['history'][-1])))
    return meta
