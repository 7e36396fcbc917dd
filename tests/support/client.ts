/** A small client of the native API, for tests. */
import type { ErrorRecord } from '#contracts/errors.ts';
import { FINISHED_STATES, type Job } from '#contracts/job.ts';
import { until } from './app.ts';

export interface Submitted {
  status: number;
  job: Job;
  error: ErrorRecord | undefined;
}

/** A quick picture of the default model. */
export const QUICK = {
  prompt: 'a red apple',
  seed: 7,
  steps: 4,
  cfg_scale: 3,
  width: 128,
  height: 128,
  sampler_name: 'Euler a',
};

export async function submit(
  url: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${url}/api/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ task: 'txt2img', ...body }),
  });
  const json = (await response.json()) as Job & { error?: ErrorRecord };
  return { status: response.status, job: json, error: json.error } as Submitted;
}

export async function getJob(url: string, id: string): Promise<Job> {
  return (await (await fetch(`${url}/api/jobs/${id}`)).json()) as Job;
}

/** Waits until the job is finished. */
export async function finished(url: string, id: string, timeoutMs = 60_000): Promise<Job> {
  let job = await getJob(url, id);
  await until(async () => {
    job = await getJob(url, id);
    return FINISHED_STATES.includes(job.state);
  }, timeoutMs);
  return job;
}

/** Submits and waits; throws when the job was refused. */
export async function paint(url: string, body: Record<string, unknown>): Promise<Job> {
  const { status, job, error } = await submit(url, body);
  if (status !== 202) throw new Error(`refused with ${status}: ${JSON.stringify(error)}`);
  return finished(url, job.id);
}

export async function imageBytes(url: string, job: Job, index = 0): Promise<Buffer> {
  const response = await fetch(url + job.images[index]!.url);
  if (!response.ok) throw new Error(`picture ${index} of ${job.id}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

export async function act(url: string, id: string, action: 'interrupt' | 'skip' | 'cancel'): Promise<void> {
  await fetch(`${url}/api/jobs/${id}/${action}`, { method: 'POST' });
}

/** Waits until the job has done at least `step` steps of its current batch. */
export async function atStep(url: string, id: string, step: number): Promise<void> {
  await until(async () => ((await getJob(url, id)).progress?.step ?? 0) >= step);
}
