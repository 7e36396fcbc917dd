/**
 * Writes the opcodes that Python's pickler writes for what `torch.save` is given: enough to make files in a test that
 * real ones do not cover.
 */
const text = (value: string) => Buffer.from(value, 'utf8');

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export const pickle = {
  string: (value: string) => Buffer.concat([text('X'), u32(text(value).length), text(value)]),
  int: (value: number) => Buffer.concat([text('J'), u32(value)]),
  bool: (value: boolean) => Buffer.of(value ? 0x88 : 0x89),
  global: (module: string, name: string) => text(`c${module}\n${name}\n`),
  tuple: (...items: Buffer[]) => Buffer.concat([text('('), ...items, text('t')]),
  list: (...items: Buffer[]) => Buffer.concat([text(']('), ...items, text('e')]),
  dict: (entries: Record<string, Buffer>) =>
    Buffer.concat([
      text('}('),
      ...Object.entries(entries).flatMap(([key, value]) => [pickle.string(key), value]),
      text('u'),
    ]),
  call: (callee: Buffer, ...args: Buffer[]) => Buffer.concat([callee, pickle.tuple(...args), text('R')]),
  persistent: (id: Buffer) => Buffer.concat([id, text('Q')]),
  /** A whole pickle of protocol 2. */
  file: (value: Buffer) => Buffer.concat([Buffer.of(0x80, 2), value, text('.')]),
};

export interface StoredTensor {
  storage: { type: string; key: string; elements: number; view?: readonly [number, number] };
  first: number;
  shape: readonly number[];
  strides: readonly number[];
}

/** `_rebuild_tensor_v2` of a storage; `view` (first, elements) as files before torch 1.6 have it. */
export function pickledTensor({ storage, first, shape, strides }: StoredTensor): Buffer {
  const { string, int, global, tuple } = pickle;
  const { type, key, elements, view } = storage;
  const viewItem = view ? [tuple(string('view'), int(view[0]), int(view[1]))] : [];
  const id = tuple(
    string('storage'),
    global('torch', type),
    string(key),
    string('cpu'),
    int(elements),
    ...viewItem,
  );
  return pickle.call(
    global('torch._utils', '_rebuild_tensor_v2'),
    pickle.persistent(id),
    int(first),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    pickle.bool(false),
    pickle.call(global('collections', 'OrderedDict')),
  );
}

/** A file as `torch.save(…, _use_new_zipfile_serialization=False)` writes it. */
export function legacyTorchFile(
  root: Buffer,
  storages: Record<string, Float32Array>,
  littleEndian = true,
): Buffer {
  const { file, int, dict, bool, list, string } = pickle;
  const magic = Buffer.concat([
    Buffer.of(0x80, 2, 0x8a, 10),
    Buffer.from('6cfc9c46f9206aa85019', 'hex'),
    text('.'),
  ]);
  const system = dict({ protocol_version: int(1001), little_endian: bool(littleEndian) });
  const data = Object.values(storages).flatMap((values) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(values.length));
    return [count, Buffer.from(values.buffer, values.byteOffset, values.byteLength)];
  });
  const keys = list(...Object.keys(storages).map(string));
  return Buffer.concat([magic, file(int(1001)), file(system), file(root), file(keys), ...data]);
}
