import { NumberField } from '../../components/number-field.tsx';
import { useField } from './form-store.ts';
import { useFieldProblem } from './problem-store.ts';
import classes from './txt2img.module.css';

/** How many batches, and how many pictures at once. */
export function BatchFields() {
  const [count, setCount] = useField('n_iter');
  const [size, setSize] = useField('batch_size');
  return (
    <div className={classes.pair}>
      <NumberField
        label="Batch count"
        min={1}
        max={100}
        allowDecimal={false}
        value={count}
        onChange={setCount}
        error={useFieldProblem('n_iter')}
        data-field="n_iter"
      />
      <NumberField
        label="Batch size"
        min={1}
        max={100}
        allowDecimal={false}
        value={size}
        onChange={setSize}
        error={useFieldProblem('batch_size')}
        data-field="batch_size"
      />
    </div>
  );
}
