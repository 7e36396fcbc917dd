/**
 * Writes a checkpoint with random weights in the layout of a published one, for measurements at full size.
 *
 *   node scripts/make-checkpoint.ts --help
 */
import { open, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createRandomWeights, type WeightDtype } from './lib/random-weights.ts';

/** Names, dtypes and shapes: what scripts/headers holds. */
interface Layout {
  __metadata__: Record<string, string>;
  tensors: Record<string, [dtype: string, shape: number[]]>;
}

export interface CheckpointRequest {
  header: string;
  out: string;
  seed: number;
  /** Store all float tensors in this dtype; otherwise each in the layout's own. */
  dtype?: WeightDtype;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4 };

/** Streams the file to disk and returns its size in bytes. Tensors lie in the order of their names. */
export async function makeCheckpoint(request: CheckpointRequest): Promise<number> {
  const layout = await readLayout(request.header);
  const entries = placeTensors(layout, request.dtype);
  const header = encodeHeader(layout, entries);
  const weights = createRandomWeights(request.seed);
  const file = await open(request.out, 'w');
  try {
    let written = (await file.write(header)).bytesWritten;
    for (const [name, { dtype, shape }] of entries) {
      for (const piece of tensorPieces(weights, name, shape, dtype)) {
        written += (await file.write(piece)).bytesWritten;
      }
    }
    return written;
  } finally {
    await file.close();
  }
}

async function readLayout(path: string): Promise<Layout> {
  const bytes = await readFile(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as Layout;
}

function placeTensors(layout: Layout, dtype: WeightDtype | undefined): [string, Entry][] {
  let end = 0;
  return Object.keys(layout.tensors)
    .sort()
    .map((name) => {
      const [stored, shape] = layout.tensors[name] as [string, number[]];
      const chosen = dtype !== undefined && stored.includes('F') ? dtype : stored;
      const begin = end;
      end += shape.reduce((product, side) => product * side, BYTES[chosen] ?? Number.NaN);
      return [name, { dtype: chosen, shape, data_offsets: [begin, end] }];
    });
}

function encodeHeader(layout: Layout, entries: [string, Entry][]): Uint8Array {
  const json = Buffer.from(
    JSON.stringify({ __metadata__: layout.__metadata__, ...Object.fromEntries(entries) }),
    'utf8',
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

function tensorPieces(
  weights: ReturnType<typeof createRandomWeights>,
  name: string,
  shape: number[],
  dtype: string,
): Iterable<Uint8Array> {
  if (dtype === 'F32' || dtype === 'F16') return weights.pieces(name, shape, dtype);
  const count = shape.reduce((product, side) => product * side, 1);
  if (dtype === 'I64')
    return [new Uint8Array(BigInt64Array.from({ length: count }, (_, i) => BigInt(i)).buffer)];
  if (dtype === 'I32') return [new Uint8Array(new Int32Array(count).buffer)];
  throw new Error(`${name} is ${dtype}; random numbers come as F32 and F16`);
}

if (import.meta.main) {
  const command = new Command('make-checkpoint')
    .description('Writes a .safetensors file with random weights in the layout of a published checkpoint.')
    .requiredOption('--header <file>', 'names, dtypes and shapes: a file of scripts/headers')
    .requiredOption('--out <file>', 'where to write the checkpoint')
    .addOption(
      new Option('--dtype <dtype>', "dtype of the weights instead of the layout's own").choices([
        'F32',
        'F16',
      ]),
    )
    .option('--seed <number>', 'seed of the random numbers', parseSeed, 0)
    .parse();
  const size = await makeCheckpoint(command.opts<CheckpointRequest>());
  console.log(`${command.opts<CheckpointRequest>().out}: ${size} bytes`);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new InvalidArgumentError('expected a whole number from 0');
  return seed;
}
