/** Worker thread: posts the sha256 of the file named by `workerData`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const hash = createHash('sha256');
for await (const chunk of createReadStream(workerData as string, { highWaterMark: 4 << 20 })) {
  hash.update(chunk as Buffer);
}
parentPort?.postMessage(hash.digest('hex'));
