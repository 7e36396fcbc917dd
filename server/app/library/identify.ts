import { open } from 'node:fs/promises';
import { detect, showReasons } from '#core/arch/detect.ts';
import { type ByteSource, readSafetensorsHeader } from '#core/formats/safetensors.ts';
import type { Identity } from './passport.ts';

/** What a checkpoint's header says: its family, or why it has none. Reads no weight, never throws. */
export async function identifyCheckpoint(path: string): Promise<Identity> {
  if (!path.toLowerCase().endsWith('.safetensors')) {
    return { family: null, reason: 'only .safetensors checkpoints can be read', metadata: {} };
  }
  try {
    const header = await readHeader(path);
    const metadata = { ...header.metadata };
    const detection = detect(header);
    if (!('match' in detection)) return { family: null, reason: showReasons(detection.reasons), metadata };
    const { family, nativeWidth, nativeHeight } = detection.match;
    return { family, reason: null, metadata, nativeWidth, nativeHeight };
  } catch (error) {
    return { family: null, reason: (error as Error).message, broken: true, metadata: {} };
  }
}

async function readHeader(path: string) {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const source: ByteSource = {
      size,
      async readAt(offset, length) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
    };
    return await readSafetensorsHeader(source);
  } finally {
    await file.close();
  }
}
