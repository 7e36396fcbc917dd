/** What a person can do about an error; only where the message does not say so itself. */
import type { ErrorCode } from '#contracts/errors.ts';

const HINTS: Partial<Record<ErrorCode, string>> = {
  CHECKPOINT_MISSING: 'Put the file back, or choose another checkpoint.',
  CHECKPOINT_BROKEN: 'The download may be incomplete. Fetch the file again, or choose another checkpoint.',
  CHECKPOINT_UNSUPPORTED: 'Choose another checkpoint.',
  OUTPUT_UNWRITABLE: 'Check that the folder exists and that you may write to it.',
  DISK_FULL: 'Free some space and paint it again.',
  ENGINE_DIED: 'If it was short of memory, a smaller size or batch may work.',
  ENGINE_STUCK: 'A smaller size or batch may work.',
  EXTENSION_FAILED: 'Switch the extension off to paint without it.',
};

export function hintFor(code: ErrorCode): string | null {
  return HINTS[code] ?? null;
}
