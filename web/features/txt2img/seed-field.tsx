import { IconDice5, IconRecycle } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { useStagePicture } from '../gallery/use-stage.ts';
import { useField } from './form-store.ts';
import { useFieldProblem } from './problem-store.ts';
import classes from './seed-field.module.css';

/** The seed: -1 draws one for each job; reuse takes that of the picture on the stage. */
export function SeedField() {
  const [seed, setSeed] = useField('seed');
  const picture = useStagePicture();
  return (
    <div className={classes.row}>
      <NumberField
        label="Seed"
        allowDecimal={false}
        hideControls
        value={seed}
        onChange={setSeed}
        error={useFieldProblem('seed')}
        data-field="seed"
      />
      <IconAction
        label="Random seed"
        onClick={() => setSeed(-1)}
        variant={seed === -1 ? 'light' : 'subtle'}
        color={seed === -1 ? 'verdigris' : 'gray'}
        aria-pressed={seed === -1}
      >
        <IconDice5 size={17} stroke={1.7} />
      </IconAction>
      <IconAction
        label="Reuse the seed of the shown picture"
        disabled={picture === null}
        onClick={() => picture && setSeed(picture.image.seed)}
      >
        <IconRecycle size={17} stroke={1.7} />
      </IconAction>
    </div>
  );
}
