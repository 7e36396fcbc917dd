import { open, realpath } from 'node:fs/promises';
import type { ByteSource } from '#core/formats/safetensors.ts';

/** Which state of a file was read; another one later means that the file was replaced. */
export interface FileStamp {
  size: number;
  modifiedMs: number;
}

/** Follows links, opens the file, hands its bytes to `use` and closes it. */
export async function withFile<T>(
  path: string,
  use: (source: ByteSource, realPath: string, stamp: FileStamp) => Promise<T>,
): Promise<T> {
  const realPath = await realpath(path);
  const handle = await open(realPath, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    const source: ByteSource = {
      size,
      async readAt(offset, length) {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return bytes.subarray(0, done);
      },
    };
    return await use(source, realPath, { size, modifiedMs: mtimeMs });
  } finally {
    await handle.close();
  }
}
