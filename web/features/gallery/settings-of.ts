/** What the form needs to paint a picture again. Pure. */
import { editsFrom, type FormEdits } from '../txt2img/form-values.ts';
import type { Picture } from './pictures.ts';

/**
 * The settings of one picture: its own seed, a batch of one. A picture of another checkpoint than the one in use brings
 * it along as an override, and changes nothing for other jobs.
 */
export function settingsOf({ job, image }: Picture, currentCheckpoint: string | null): FormEdits {
  const edits = editsFrom(job.request);
  const overrides = { ...job.request.override_settings };
  if (job.checkpoint.title !== currentCheckpoint) overrides.sd_model_checkpoint = job.checkpoint.title;
  else delete overrides.sd_model_checkpoint;
  return { ...edits, seed: image.seed, n_iter: 1, batch_size: 1, override_settings: overrides };
}
