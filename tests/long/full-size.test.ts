/** Stable Diffusion 1.5's real size with random weights: it paints, within the memory that small machines have. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '#contracts/job.ts';
import { runJob } from '../../scripts/bench/job-client.ts';
import { childrenOf, watchMemory } from '../../scripts/lib/process-memory.ts';
import { programFolder } from '../../scripts/lib/program.ts';
import { type ServerProcess, startServer } from '../../scripts/lib/server-process.ts';
import { makeCheckpoint } from '../../scripts/make-checkpoint.ts';

const GIBIBYTE = 2 ** 30;

/** An fp16 file's pages count where they are resident; an fp32 file's mapped pages can be dropped at any time. */
describe.each([
  { header: 'sd15-fp16.json.gz', counted: 'rssBytes' },
  { header: 'sd15-fp32.json.gz', counted: 'anonymousBytes' },
] as const)('512 × 512 from $header', ({ header, counted }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-full-size-'));
  let server: ServerProcess;
  beforeAll(async () => {
    const out = join(folder, 'random.safetensors');
    await makeCheckpoint({ header: join(programFolder, 'scripts/headers', header), out, seed: 0 });
    server = await startServer({ dataDir: join(folder, 'data'), args: ['--ckpt-dir', folder] });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is painted within 3 GiB', async () => {
    const memory = watchMemory(() => childrenOf(server.pid, 'engine.ts')[0]);
    await runJob(server.url, {
      steps: 2,
      width: 512,
      height: 512,
      override_settings: { sd_model_checkpoint: 'random' },
    });
    const peak = memory.stop();
    expect(peak[counted]).toBeGreaterThan(0);
    expect(peak[counted]).toBeLessThan(3 * GIBIBYTE);

    const [job] = (await (await fetch(`${server.url}/api/jobs`)).json()) as [Job];
    const picture = await sharp(readFileSync(join(folder, 'data', job.images[0]!.file!))).metadata();
    expect([picture.width, picture.height]).toEqual([512, 512]);
  });
});
