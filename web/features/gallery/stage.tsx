import dynamic from 'next/dynamic';
import { EmptyStage } from './empty-stage.tsx';
import { FailedStage } from './failed-stage.tsx';
import { InfotextView } from './infotext-view.tsx';
import { LiveFrame } from './live-frame.tsx';
import { PictureActions } from './picture-actions.tsx';
import { PictureFrame } from './picture-frame.tsx';
import type { StageView } from './pictures.ts';
import { useSelection } from './selection-store.ts';
import classes from './stage.module.css';
import { StageStatus } from './stage-status.tsx';
import { useStageView } from './use-stage.ts';

const Viewer = dynamic(() => import('./viewer.tsx').then((room) => room.Viewer), { ssr: false });

/** The centre: what is being painted, or the picture that was chosen. */
export function Stage() {
  const view = useStageView();
  const viewing = useSelection((state) => state.viewing);
  const picture = view.kind === 'picture' ? view.picture : null;
  return (
    <section className={classes.stage} aria-label="Stage">
      <div className={classes.head}>
        <StageStatus view={view} />
        <PictureActions picture={picture} />
      </div>
      <div className={classes.canvas}>
        <StageContent view={view} />
      </div>
      <div className={classes.info}>{picture && <InfotextView text={picture.image.infotext} />}</div>
      {viewing && picture && <Viewer picture={picture} />}
    </section>
  );
}

function StageContent({ view }: { view: StageView }) {
  switch (view.kind) {
    case 'live':
      return <LiveFrame job={view.job} />;
    case 'picture':
      return <PictureFrame picture={view.picture} />;
    case 'failed':
      return <FailedStage job={view.job} />;
    case 'empty':
      return <EmptyStage />;
  }
}
