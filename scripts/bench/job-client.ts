/** Sends jobs to a running server and waits for them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FINISHED_STATES, type Job } from '#contracts/job.ts';
import type { JobTimings } from '#contracts/messages.ts';
import type { PictureRequest } from '#contracts/request.ts';

export interface TimedJob {
  request: PictureRequest;
  /** From sending the request until it is accepted: includes hashing the checkpoint the first time. */
  acceptedMs: number;
  /** From sending the request until the finished job is seen. */
  doneMs: number;
  timings: JobTimings;
}

/** Runs one job to its end. Throws when it does not end well. */
export async function runJob(url: string, body: Partial<PictureRequest>): Promise<TimedJob> {
  const started = performance.now();
  const accepted = await fetch(`${url}/api/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (accepted.status !== 202) throw new Error(`the job was refused: ${await accepted.text()}`);
  let job = (await accepted.json()) as Job;
  const acceptedMs = performance.now() - started;
  while (!FINISHED_STATES.includes(job.state)) {
    await sleep(20);
    job = (await (await fetch(`${url}/api/jobs/${job.id}`)).json()) as Job;
  }
  const doneMs = performance.now() - started;
  if (job.state !== 'done' || job.timings === null) {
    throw new Error(`the job ended as ${job.state}: ${job.error?.message ?? 'without timings'}`);
  }
  return { request: job.request, acceptedMs, doneMs, timings: job.timings };
}
