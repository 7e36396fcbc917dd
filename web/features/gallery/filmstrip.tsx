import { useEffect, useRef } from 'react';
import type { Job } from '#contracts/job.ts';
import { appUrl } from '../../data/base-path.ts';
import { useLive } from '../../data/live-store.ts';
import classes from './filmstrip.module.css';
import { type Picture, paintingJob } from './pictures.ts';
import { PreviewCanvas } from './preview-canvas.tsx';
import { useSelection } from './selection-store.ts';
import { useGalleryKeys } from './use-gallery-keys.ts';
import { usePictures, useStageView } from './use-stage.ts';

/** All pictures, newest first, with the running job at the head. Arrows move through them. */
export function Filmstrip({ active }: { active: boolean }) {
  const pictures = usePictures();
  const view = useStageView();
  const painting = useLive((live) => paintingJob(live.jobs));
  const strip = useRef<HTMLElement>(null);
  const shown = view.kind === 'picture' ? view.picture.key : view.kind === 'live' ? 'live' : null;
  useGalleryKeys(active, strip);
  useEffect(() => {
    const tile = strip.current?.querySelector('[aria-selected="true"]');
    if (shown !== null) tile?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  return (
    <section ref={strip} className={classes.strip} aria-label="Results">
      {(painting || pictures.length > 0) && (
        <div className={classes.list} role="listbox" aria-label="Pictures">
          {painting && <LiveTile job={painting} selected={shown === 'live'} />}
          {pictures.map((picture) => (
            <PictureTile key={picture.key} picture={picture} selected={picture.key === shown} />
          ))}
        </div>
      )}
    </section>
  );
}

function PictureTile({ picture, selected }: { picture: Picture; selected: boolean }) {
  const select = useSelection((state) => state.select);
  const { job, image } = picture;
  return (
    <button
      type="button"
      role="option"
      className={classes.tile}
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      onClick={() => select({ jobId: job.id, index: image.index })}
    >
      <img
        src={appUrl(image.url)}
        alt={`${job.request.prompt || 'No prompt'}, seed ${image.seed}`}
        loading="lazy"
      />
    </button>
  );
}

function LiveTile({ job, selected }: { job: Job; selected: boolean }) {
  const follow = useSelection((state) => state.follow);
  const fraction = useLive((live) => (live.progress?.jobId === job.id ? live.progress.fraction : 0));
  return (
    <button
      type="button"
      role="option"
      className={classes.tile}
      aria-selected={selected}
      aria-label="The picture being painted"
      tabIndex={selected ? 0 : -1}
      onClick={follow}
    >
      <PreviewCanvas job={job} />
      <span className={classes.bar} style={{ transform: `scaleX(${fraction})` }} />
    </button>
  );
}
