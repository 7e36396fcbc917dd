import type { Job } from '#contracts/job.ts';
import { useLive } from '../../data/live-store.ts';
import { useOptions } from '../../data/queries.ts';
import { finalSize, isSizeFinal } from '../txt2img/hires.ts';
import classes from './frame.module.css';
import { Frame } from './frame.tsx';
import { PreviewCanvas } from './preview-canvas.tsx';

/** The running job: its newest preview at the final size, and how far it is. */
export function LiveFrame({ job }: { job: Job }) {
  const progress = useLive((live) => (live.progress?.jobId === job.id ? live.progress : null));
  const fraction = progress?.fraction ?? 0;
  const { data: options } = useOptions();
  const size = finalSize(job.request, isSizeFinal(job.request.override_settings, options));
  return (
    <Frame {...size}>
      <PreviewCanvas job={job} />
      <div
        className={classes.thread}
        role="progressbar"
        aria-label="Painting"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
      >
        <i style={{ transform: `scaleX(${fraction})` }} />
      </div>
    </Frame>
  );
}
