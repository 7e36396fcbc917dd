"""Reading and writing .safetensors without further packages."""
import json
import os
import struct

import numpy as np
import torch

DTYPES = {'F16': np.float16, 'F32': np.float32, 'I32': np.int32, 'I64': np.int64}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


def write_safetensors(path, tensors, metadata):
    """Writes aside, syncs, renames. Largest element type first: each tensor lies at a multiple of its element size."""
    arrays = {k: np.ascontiguousarray(v.detach().numpy() if isinstance(v, torch.Tensor) else v) for k, v in tensors.items()}
    order = sorted(arrays, key=lambda k: (-arrays[k].itemsize, k))
    header, at = {'__metadata__': {k: str(v) for k, v in metadata.items()}}, 0
    for key in order:
        array = arrays[key]
        header[key] = {'dtype': NAMES[array.dtype], 'shape': list(array.shape), 'data_offsets': [at, at + array.nbytes]}
        at += array.nbytes
    head = json.dumps(header, separators=(',', ':')).encode()
    head += b' ' * (-len(head) % 8)
    with open(path + '.tmp', 'wb') as f:
        f.write(struct.pack('<Q', len(head)) + head)
        for key in order:
            f.write(arrays[key].tobytes())
        f.flush()
        os.fsync(f.fileno())
    os.replace(path + '.tmp', path)


def read_safetensors(path):
    """(tensors, metadata) of a file."""
    with open(path, 'rb') as f:
        size = struct.unpack('<Q', f.read(8))[0]
        header = json.loads(f.read(size))
        body = f.read()
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for key, entry in header.items():
        start, end = entry['data_offsets']
        array = np.frombuffer(body[start:end], DTYPES[entry['dtype']]).reshape(entry['shape'])
        tensors[key] = torch.from_numpy(array.copy())
    return tensors, metadata
