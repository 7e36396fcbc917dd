import type { ErrorRecord } from '#contracts/errors.ts';

/** What a field says about its own value: field and value are in sight already. Pure. */
export function shortReason(problem: ErrorRecord): string {
  return problem.accepted === undefined ? problem.message : `Expected ${problem.accepted}`;
}
