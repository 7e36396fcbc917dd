/**
 * An app that kills itself with SIGKILL. Arguments: data folder, `before` or `after`, a file call, its count; then one
 * prompt per job. Used to test what a restart finds.
 */
import * as fs from 'node:fs/promises';
import { createTestApp } from '../../queue/testing/test-app.ts';
import type { FileCalls } from '../place-file.ts';

const [folder, when, call, count, ...prompts] = process.argv.slice(2);
let left = Number(count);
const calls: FileCalls = { ...fs };
const real = calls[call as keyof FileCalls] as (...args: unknown[]) => Promise<unknown>;

async function crashing(...args: unknown[]): Promise<unknown> {
  left--;
  if (left === 0 && when === 'before') process.kill(process.pid, 'SIGKILL');
  const result = await real(...args);
  if (left === 0 && when === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
}

const app = createTestApp({ folder: folder!, calls: { ...calls, [call!]: crashing } as FileCalls });
for (const prompt of prompts) await app.submit(prompt, { n_iter: 2 });
await app.start();
