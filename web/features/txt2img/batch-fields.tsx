import { FormNumber } from './form-controls.tsx';
import classes from './txt2img.module.css';

/** How many batches, and how many pictures at once. */
export function BatchFields() {
  return (
    <div className={classes.pair}>
      <FormNumber field="n_iter" label="Batch count" min={1} max={100} />
      <FormNumber field="batch_size" label="Batch size" min={1} max={100} />
    </div>
  );
}
