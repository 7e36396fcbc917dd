import 'yet-another-react-lightbox/styles.css';
import { CloseButton, Modal } from '@mantine/core';
import Lightbox from 'yet-another-react-lightbox';
import Inline from 'yet-another-react-lightbox/plugins/inline';
import Zoom from 'yet-another-react-lightbox/plugins/zoom';
import { appUrl } from '../../data/base-path.ts';
import { InfotextView } from './infotext-view.tsx';
import { PictureActions } from './picture-actions.tsx';
import type { Picture } from './pictures.ts';
import { useSelection } from './selection-store.ts';
import { usePictures } from './use-stage.ts';
import classes from './viewer.module.css';

/** The whole window for one picture: zoom, arrows, its infotext beside it. What it turns to is chosen on the page, too. */
export function Viewer({ picture }: { picture: Picture }) {
  const pictures = usePictures();
  const { select, setViewing } = useSelection.getState();
  const close = () => setViewing(false);
  const index = Math.max(
    0,
    pictures.findIndex(({ key }) => key === picture.key),
  );
  return (
    <Modal
      opened
      fullScreen
      onClose={close}
      withCloseButton={false}
      padding={0}
      transitionProps={{ duration: 120 }}
      attributes={{ content: { 'aria-label': 'Full-screen view' } }}
    >
      <div className={classes.view}>
        <div className={classes.lightbox}>
          <Lightbox
            plugins={[Inline, Zoom]}
            inline={{ style: { width: '100%', height: '100%' } }}
            index={index}
            slides={pictures.map(({ image, job }) => ({
              src: appUrl(image.url),
              width: image.width * enlarge(image),
              height: image.height * enlarge(image),
              alt: job.request.prompt || 'Picture without a prompt',
            }))}
            on={{
              view: ({ index: next }) => {
                const { job, image } = pictures[next] ?? picture;
                if (next !== index) select({ jobId: job.id, index: image.index });
              },
            }}
            carousel={{
              finite: true,
              preload: 1,
              padding: 20,
              imageProps: { style: { width: '100%', height: '100%' } },
            }}
            animation={{ swipe: 200, navigation: 160 }}
            zoom={{ maxZoomPixelRatio: 8, scrollToZoom: true }}
            controller={{ focus: true }}
            toolbar={{ buttons: [] }}
          />
        </div>
        <aside className={classes.aside}>
          <div className={classes.bar}>
            <h2>
              {index + 1} of {pictures.length}
            </h2>
            <PictureActions picture={picture} inViewer />
            <CloseButton aria-label="Close" onClick={close} />
          </div>
          <InfotextView text={picture.image.infotext} />
        </aside>
      </div>
    </Modal>
  );
}

/** Small pictures fill the window, too: how many times their size they may be shown before zooming. */
function enlarge({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.floor(1024 / Math.max(width, height)));
}
