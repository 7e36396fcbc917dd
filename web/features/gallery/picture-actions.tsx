import { IconCheck, IconMaximize, IconSettingsUp } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import { DownloadAction } from './download-action.tsx';
import type { Picture } from './pictures.ts';
import { useSelection } from './selection-store.ts';
import classes from './stage.module.css';
import { useSettingsOf } from './use-settings-of.ts';

/** What can be done with the picture on the stage. The buttons stay in their place when there is none. */
export function PictureActions({
  picture,
  inViewer = false,
}: {
  picture: Picture | null;
  inViewer?: boolean;
}) {
  const setViewing = useSelection((state) => state.setViewing);
  const { apply, applied } = useSettingsOf(picture);
  const disabled = picture === null;
  return (
    <div className={classes.actions} role="toolbar" aria-label="Picture">
      <IconAction label="Use these settings" disabled={disabled} onClick={apply}>
        {applied ? <IconCheck size={18} stroke={1.6} /> : <IconSettingsUp size={18} stroke={1.6} />}
      </IconAction>
      <DownloadAction picture={picture} />
      {!inViewer && (
        <IconAction label="View full screen" disabled={disabled} onClick={() => setViewing(true)}>
          <IconMaximize size={18} stroke={1.6} />
        </IconAction>
      )}
    </div>
  );
}
