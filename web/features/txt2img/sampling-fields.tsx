import { useSamplers, useSchedulers } from '../../data/queries.ts';
import { FormSelect, FormSlider } from './form-controls.tsx';
import classes from './txt2img.module.css';

/** Sampler, schedule, steps and guidance. */
export function SamplingFields() {
  const samplers = useSamplers().data?.map(({ name }) => name);
  const schedules = useSchedulers().data?.map(({ label }) => label);
  return (
    <>
      <div className={classes.pair}>
        <FormSelect field="sampler_name" label="Sampler" choices={samplers} />
        <FormSelect field="scheduler" label="Schedule" choices={schedules} />
      </div>
      <div className={classes.pair}>
        <FormSlider field="steps" label="Steps" min={1} max={150} step={1} integer />
        <FormSlider
          field="cfg_scale"
          label="CFG scale"
          description="How closely the picture follows the prompt. Higher is stricter; too high is harsh."
          min={1}
          max={30}
          step={0.5}
        />
      </div>
    </>
  );
}
