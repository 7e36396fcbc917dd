import type { InfotextFields } from '#core/sampling/settings.ts';
import type { JobContext } from '#sdk/types.ts';

/** Adds what sampling did to the job's infotext; yes and no as Python prints them. */
export function noteInfotext({ infotext }: JobContext, fields: InfotextFields): void {
  for (const [key, value] of Object.entries(fields)) {
    infotext.set(key, typeof value === 'boolean' ? (value ? 'True' : 'False') : value);
  }
}
