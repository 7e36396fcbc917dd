import type { DoneMessage } from '#contracts/messages.ts';
import type { PictureJob } from '#contracts/request.ts';
import type { KeyValue } from '../store/small-repositories.ts';
import { type Speed, speedKey, speedOf } from './progress-meter.ts';

/** What finished jobs taught about the speed of this machine; survives a restart. */
export interface SpeedMemory {
  recall(job: PictureJob): Speed | null;
  learn(job: PictureJob, done: DoneMessage): void;
}

const KEY = 'speeds';
/** Kinds of jobs that are remembered, the latest ones. */
const KEPT = 64;

export function createSpeedMemory(kv: KeyValue): SpeedMemory {
  const all = () => kv.get<Record<string, Speed>>(KEY) ?? {};
  return {
    recall: (job) => all()[speedKey(job)] ?? null,
    learn(job, done) {
      const speed = speedOf(job, done);
      if (speed === null) return;
      const { [speedKey(job)]: _, ...others } = all();
      const kept = Object.entries(others).slice(-(KEPT - 1));
      kv.set(KEY, { ...Object.fromEntries(kept), [speedKey(job)]: speed });
    },
  };
}
