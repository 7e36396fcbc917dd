import type { SafetensorsHeader } from '#core/formats/safetensors.ts';
import { FAMILIES } from './families.ts';
import type { FamilyMatch } from './family.ts';

export type Detection = { match: FamilyMatch } | { reasons: Readonly<Record<string, string>> };

/** The family that a checkpoint belongs to, or each family's reason why it is not one of its own. */
export function detect(header: SafetensorsHeader): Detection {
  const reasons: Record<string, string> = {};
  for (const family of FAMILIES) {
    const answer = family.detect(header);
    if ('match' in answer) return answer;
    reasons[family.id] = answer.reason;
  }
  return { reasons };
}

/** The reasons as one sentence; families that say the same are named once. */
export function showReasons(reasons: Readonly<Record<string, string>>): string {
  return [...new Set(Object.values(reasons))].join('; ');
}
