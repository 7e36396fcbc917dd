import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import { splitInfotext } from './infotext.ts';
import classes from './infotext-view.module.css';

/** A picture's infotext for the eye; the copy is A1111's text, unchanged. */
export function InfotextView({ text }: { text: string }) {
  const clipboard = useClipboard({ timeout: 1600 });
  const { prompt, negative, settings } = splitInfotext(text);
  return (
    <figure className={classes.infotext} aria-label="Infotext">
      <p className={classes.prompt}>
        <span>{prompt || '(no prompt)'}</span>
        <IconAction label="Copy infotext" size={24} onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? <IconCheck size={15} stroke={1.7} /> : <IconCopy size={15} stroke={1.7} />}
        </IconAction>
      </p>
      {negative !== '' && <p className={classes.negative}>Without: {negative}</p>}
      <dl className={classes.settings}>
        {settings.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
