/** Hashes that people know model files by, over a file's bytes in order, chunk by chunk. */
import { createHash, type Hash } from 'node:crypto';

/** Where the first hash of checkpoints took its bytes. */
const AUTO_V1 = { offset: 0x100000, length: 0x10000 };
const HEADER_LENGTH_BYTES = 8;

export interface ModelHashes {
  /** Hex. Its first 10 digits stand in checkpoint titles. */
  sha256: string;
  /** Hex of the data after a safetensors header; that of the whole file for other formats. LoRAs go by its first 12. */
  addnet: string;
  /** 8 hex digits of old infotexts and ControlNet lists. Of a file of less than a megabyte it is that of no bytes. */
  autoV1: string;
}

export interface ModelHasher {
  update(chunk: Uint8Array): void;
  /** Once, at the end. */
  digest(): ModelHashes;
}

/** All hashes in one pass. `isSafetensors`: whether the file has a header to skip. */
export function createModelHasher(isSafetensors: boolean): ModelHasher {
  const whole = createHash('sha256');
  const addnet = isSafetensors ? createAddnetHash() : null;
  const autoV1 = createRangeHash(AUTO_V1.offset, AUTO_V1.length);
  return {
    update(chunk) {
      whole.update(chunk);
      addnet?.update(chunk);
      autoV1.update(chunk);
    },
    digest() {
      const sha256 = whole.digest('hex');
      return { sha256, addnet: addnet?.digest() ?? sha256, autoV1: autoV1.digest().slice(0, 8) };
    },
  };
}

interface PartHash {
  update(chunk: Uint8Array): void;
  digest(): string;
}

/** Sha256 of what follows a safetensors header: the same tensors under other metadata hash alike. */
export function createAddnetHash(): PartHash {
  const length = new Uint8Array(HEADER_LENGTH_BYTES);
  let seen = 0;
  let data: PartHash | null = null;
  return {
    update(chunk) {
      for (let i = 0; i < chunk.length && seen + i < HEADER_LENGTH_BYTES; i++) length[seen + i] = chunk[i]!;
      if (data === null && seen + chunk.length >= HEADER_LENGTH_BYTES) {
        const header = new DataView(length.buffer).getBigUint64(0, true);
        data = createRangeHash(Number(header) + HEADER_LENGTH_BYTES - seen, Number.POSITIVE_INFINITY);
      }
      data?.update(chunk);
      seen += chunk.length;
    },
    digest: () => (data ?? createRangeHash(0, 0)).digest(),
  };
}

/** Sha256 of the bytes [offset, offset + length), or of those of them that there are. */
function createRangeHash(offset: number, length: number): PartHash {
  const hash: Hash = createHash('sha256');
  let seen = 0;
  return {
    update(chunk) {
      const start = Math.max(0, offset - seen);
      const end = Math.min(chunk.length, offset + length - seen);
      if (start < end) hash.update(chunk.subarray(start, end));
      seen += chunk.length;
    },
    digest: () => hash.digest('hex'),
  };
}
