/** What becomes of a job when its engine reports an end, or is gone. Pure decisions; `desk.ts` carries them out. */
import { type ErrorRecord, TapestryError } from '#contracts/errors.ts';
import type { DoneMessage, FailedMessage } from '#contracts/messages.ts';

/** Where an attempt stands when it ends. */
export interface Standing {
  /** Engine deaths under this job before this attempt. */
  deaths: number;
  /** What the user (or the last one who waited) asked for. */
  stop: { kind: 'interrupt' | 'cancel'; as: 'cancelled' | 'abandoned' } | null;
  /** The pictures cannot be saved: the job fails however well it is painted. */
  failure: TapestryError | null;
}

export interface Ending {
  state: 'done' | 'failed' | 'cancelled' | 'abandoned' | 'quarantined';
  warnings: string[];
  error?: ErrorRecord;
  log?: string;
  done?: DoneMessage;
}

/** Why an engine is gone. `blame`: nobody ended it on purpose. */
export interface Departure {
  blame: boolean;
  error: TapestryError;
  /** Tail of what it wrote. */
  log: string;
}

const DEATHS_TO_QUARANTINE = 2;

export function afterDone({ failure, stop }: Standing, done: DoneMessage): Ending {
  const { warnings } = done;
  if (failure !== null) return { state: 'failed', warnings, error: failure.toRecord() };
  if (done.outcome === 'cancelled') return stopped(stop?.as, warnings);
  return { state: 'done', warnings, done };
}

export function afterFailed({ failure, stop }: Standing, { error, warnings }: FailedMessage): Ending {
  if (failure !== null) return { state: 'failed', warnings, error: failure.toRecord() };
  if (stop?.kind === 'cancel' || error.code === 'CANCELLED') return stopped(stop?.as, warnings);
  return { state: 'failed', warnings, error };
}

/**
 * Null: the job goes back to the queue.
 * @param pictures pictures of the job that are stored
 */
export function afterDeath(
  { failure, stop, deaths }: Standing,
  { blame, error, log }: Departure,
  pictures: number,
): Ending | null {
  if (failure !== null) return { state: 'failed', warnings: [], error: failure.toRecord() };
  if (stop?.kind === 'cancel') return stopped(stop.as, []);
  if (stop?.kind === 'interrupt') {
    const warnings = ['The engine was ended before the interrupted batch was decoded.'];
    return pictures > 0 ? { state: 'done', warnings } : stopped(stop.as, warnings);
  }
  if (!blame || deaths + 1 < DEATHS_TO_QUARANTINE) return null;
  return { state: 'quarantined', warnings: [], error: error.toRecord(), log };
}

function stopped(as: 'cancelled' | 'abandoned' = 'cancelled', warnings: string[]): Ending {
  const code = as === 'abandoned' ? 'ABANDONED' : 'CANCELLED';
  return { state: as, warnings, error: new TapestryError(code).toRecord() };
}
