import { appUrl } from '../../data/base-path.ts';
import classes from './frame.module.css';
import { Frame } from './frame.tsx';
import type { Picture } from './pictures.ts';
import { useSelection } from './selection-store.ts';

/** A finished picture; a click opens the full-screen view. */
export function PictureFrame({ picture }: { picture: Picture }) {
  const { image, job } = picture;
  const setViewing = useSelection((state) => state.setViewing);
  return (
    <Frame width={image.width} height={image.height}>
      <button
        type="button"
        className={classes.picture}
        onClick={() => setViewing(true)}
        aria-label="View full screen"
      >
        <img
          key={picture.key}
          src={appUrl(image.url)}
          alt={job.request.prompt || 'Picture without a prompt'}
        />
      </button>
    </Frame>
  );
}
