import { stat } from 'node:fs/promises';
import { TapestryError } from '#contracts/errors.ts';
import { detect, showReasons } from '#core/arch/detect.ts';
import type { FamilyMatch } from '#core/arch/family.ts';
import { createModelGraphs, type ModelGraphs } from '#core/arch/model-graphs.ts';
import { FormatError } from '#core/formats/format-error.ts';
import { readSafetensorsHeader } from '#core/formats/safetensors.ts';
import { GraphError } from '#core/graph/types.ts';
import { type FileStamp, withFile } from './file-source.ts';
import type { Part, PartSize } from './memory-plan.ts';
import { partSize } from './part-size.ts';

/** A checkpoint whose header was read and understood; no weight was touched. */
export interface OpenedCheckpoint {
  path: string;
  match: FamilyMatch;
  graphs: ModelGraphs;
  sizes: Readonly<Record<Part, PartSize>>;
  /** Throws CHECKPOINT_MISSING or CHECKPOINT_BROKEN when the file is not the one whose header was read. */
  checkUnchanged(): Promise<void>;
}

/** Throws CHECKPOINT_MISSING, CHECKPOINT_BROKEN or CHECKPOINT_UNSUPPORTED. */
export async function openCheckpoint(path: string): Promise<OpenedCheckpoint> {
  try {
    return await withFile(path, async (source, realPath, stamp) => {
      const header = await readSafetensorsHeader(source);
      const detection = detect(header);
      if (!('match' in detection)) {
        throw new TapestryError('CHECKPOINT_UNSUPPORTED', {
          value: path,
          reason: showReasons(detection.reasons),
        });
      }
      const graphs = createModelGraphs(header, realPath, detection.match);
      return {
        path,
        match: detection.match,
        graphs,
        sizes: measureParts(graphs),
        checkUnchanged: () => checkStamp(path, realPath, stamp),
      };
    });
  } catch (thrown) {
    throw checkpointError(thrown, path);
  }
}

/** Builds every graph, so that a checkpoint with missing or ill-fitting tensors is refused when it is opened. */
function measureParts(graphs: ModelGraphs): Record<Part, PartSize> {
  const { unetChannels, vaeChannels } = graphs.shape;
  return {
    text: partSize(graphs.textEncoder(), 0),
    unet: partSize(graphs.unet({ resizeToSkip: false }), unetChannels),
    decoder: partSize(graphs.vaeDecoder(), vaeChannels),
    encoder: partSize(graphs.vaeEncoder(), vaeChannels),
  };
}

async function checkStamp(path: string, realPath: string, stamp: FileStamp): Promise<void> {
  try {
    const { size, mtimeMs } = await stat(realPath);
    if (size === stamp.size && mtimeMs === stamp.modifiedMs) return;
  } catch (thrown) {
    throw checkpointError(thrown, path);
  }
  throw new TapestryError('CHECKPOINT_BROKEN', {
    value: path,
    reason: 'the file was replaced since it was opened',
  });
}

/** Whatever went wrong with a checkpoint's file as a coded error. */
export function checkpointError(thrown: unknown, path: string): TapestryError {
  if (thrown instanceof TapestryError) return thrown;
  if (thrown instanceof FormatError || thrown instanceof GraphError) {
    return new TapestryError('CHECKPOINT_BROKEN', { value: path, reason: thrown.message, cause: thrown });
  }
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new TapestryError('CHECKPOINT_MISSING', { value: path, cause: thrown });
  }
  const reason =
    code === 'EISDIR' ? 'it is a folder' : thrown instanceof Error ? thrown.message : String(thrown);
  return new TapestryError('CHECKPOINT_BROKEN', { value: path, reason, cause: thrown });
}
