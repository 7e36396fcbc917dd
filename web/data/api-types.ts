/** Bodies of the native API that have no schema in the contracts: the answers of its listing routes. */
import type { EngineStatus } from '#contracts/live.ts';
import type { ExtensionInfo } from '#contracts/manifest.ts';
import type { PictureRequest } from '#contracts/request.ts';

export interface CheckpointDefaults {
  steps?: number;
  cfg_scale?: number;
  sampler_name?: string;
  scheduler?: string;
  examples?: string[];
}

export interface Checkpoint {
  title: string;
  name: string;
  /** null: not recognised, `reason` says why. */
  family: string | null;
  reason: string | null;
  nativeWidth: number;
  nativeHeight: number;
  defaults: CheckpointDefaults;
  /** What the file's author says of its use. */
  usageHint?: string | null;
}

export interface Models {
  checkpoints: Checkpoint[];
  /** Title of the checkpoint in use; null when there is none. */
  current: string | null;
}

export interface Sampler {
  name: string;
}

export interface Scheduler {
  name: string;
  label: string;
}

export interface LatentUpscaleMode {
  name: string;
}

export type OptionValues = Record<string, unknown>;

/** One option as the Settings tab shows it. */
export interface OptionSchema {
  key: string;
  /** Category, e.g. "Saving images". */
  section: string;
  /** Page within the category, e.g. "Saving images/grids". */
  page: string;
  label: string;
  description?: string;
  type: 'boolean' | 'integer' | 'number' | 'string' | 'list';
  default: unknown;
  min?: number;
  max?: number;
  step?: number;
  choices?: readonly string[];
  /** Takes effect at the next start. */
  reload?: boolean;
  /** False: kept so that settings round-trip; nothing reads it, and it is not shown. */
  effective: boolean;
}

export type Extension = Pick<ExtensionInfo, 'id' | 'version' | 'enabled' | 'manifest'>;

export interface Status extends EngineStatus {
  version: string;
}

export interface TokenCount {
  count: number;
  max: number;
}

export interface ParsedInfotext {
  fields: Partial<PictureRequest>;
  unknown: Record<string, unknown>;
}
