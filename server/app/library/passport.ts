import type { CheckpointFile } from '../services.ts';

/** What a checkpoint's header says of it: family, or why it has none, and its metadata. */
export interface Identity {
  /** Family id, e.g. "sd1"; null where the file is not recognised. */
  family: string | null;
  /** Why not; null where it is. */
  reason: string | null;
  /** `__metadata__` of the header. */
  metadata: Record<string, string>;
}

/** Reads a header. A file that cannot be read is an identity with a reason, not an error. */
export type Identify = (path: string) => Promise<Identity>;

/** Side that a family was trained at where the file does not say. */
const NATIVE_SIDE: Readonly<Record<string, number>> = { sd1: 512, sd2: 768, sdxl: 1024, sd3: 1024 };

/** The size a checkpoint was trained at: `modelspec.resolution` ("512x768" or "512"), else that of its family. */
export function nativeSize(identity: Identity): { width: number; height: number } {
  const match = /^\s*(\d+)(?:\s*[x×]\s*(\d+))?\s*$/.exec(identity.metadata['modelspec.resolution'] ?? '');
  const width = Number(match?.[1]);
  const height = Number(match?.[2] ?? match?.[1]);
  const plausible = (side: number) => side >= 8 && side <= 8192;
  if (match && plausible(width) && plausible(height)) return { width, height };
  const side = NATIVE_SIDE[identity.family ?? ''] ?? 512;
  return { width: side, height: side };
}

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
