import type { CheckpointFile } from '../services.ts';

/** What a checkpoint's header says of it: family, or why it has none, and its metadata. */
export interface Identity {
  /** Family id, e.g. "sd1"; null where the file is not recognised. */
  family: string | null;
  /** Why not; null where it is. */
  reason: string | null;
  /** True where the file cannot be read at all. */
  broken?: boolean;
  /** Pixels it was trained at; absent: 512 each. */
  nativeWidth?: number;
  nativeHeight?: number;
  /** `__metadata__` of the header. */
  metadata: Record<string, string>;
}

/** Reads a header. A file that cannot be read is an identity with a reason, not an error. */
export type Identify = (path: string) => Promise<Identity>;

/** What the file's own metadata recommends (`tapestry.defaults`, a JSON object); what it says wrongly is left out. */
export function recommendedDefaults(metadata: Record<string, string>): CheckpointFile['defaults'] {
  const raw = parseObject(metadata['tapestry.defaults']);
  const { steps, cfg_scale, sampler_name, scheduler, examples } = raw;
  return {
    ...(Number.isInteger(steps) && Number(steps) > 0 ? { steps: Number(steps) } : {}),
    ...(typeof cfg_scale === 'number' && cfg_scale >= 0 ? { cfg_scale } : {}),
    ...(typeof sampler_name === 'string' ? { sampler_name } : {}),
    ...(typeof scheduler === 'string' ? { scheduler } : {}),
    ...(Array.isArray(examples) ? { examples: examples.filter((each) => typeof each === 'string') } : {}),
  };
}

function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
