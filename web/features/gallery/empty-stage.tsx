import { Weave } from '../../components/weave.tsx';
import type { Checkpoint } from '../../data/api-types.ts';
import { useLive } from '../../data/live-store.ts';
import { useModels } from '../../data/queries.ts';
import { useCurrentCheckpoint, useForm } from '../txt2img/form-store.ts';
import classes from './empty-stage.module.css';

/** The first minute: words to begin with, from the checkpoint itself. */
export function EmptyStage() {
  const { data } = useModels();
  const known = useLive((live) => live.seq !== null);
  const checkpoint = useCurrentCheckpoint();
  return (
    <div className={classes.empty}>
      <div className={classes.cloth}>
        <Weave />
      </div>
      {data !== undefined && known && (
        <div className={classes.words}>
          {checkpoint === null ? <NoCheckpoint /> : <Invitation checkpoint={checkpoint} />}
        </div>
      )}
    </div>
  );
}

function Invitation({ checkpoint }: { checkpoint: Checkpoint }) {
  const { examples = [] } = checkpoint.defaults;
  const edit = useForm((state) => state.edit);
  return (
    <>
      <h2>What would you like to see?</h2>
      <p>
        Describe it in the prompt and press Generate. {examples.length > 0 && 'Or begin with one of these:'}
      </p>
      <ul className={classes.examples}>
        {examples.slice(0, 8).map((example) => (
          <li key={example}>
            <button type="button" className={classes.example} onClick={() => edit({ prompt: example })}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      {checkpoint.usageHint && <p className={classes.hint}>{checkpoint.usageHint}</p>}
    </>
  );
}

function NoCheckpoint() {
  return (
    <>
      <h2>No checkpoint yet</h2>
      <p>
        Put a <code>.safetensors</code> file into <code>models/Stable-diffusion</code>, then press the refresh
        button beside the checkpoint.
      </p>
    </>
  );
}
