import { Select } from '@mantine/core';
import { SliderField } from '../../components/slider-field.tsx';
import { useSamplers, useSchedulers } from '../../data/queries.ts';
import { useField } from './form-store.ts';
import { useFieldProblem } from './problem-store.ts';
import classes from './txt2img.module.css';

/** Sampler, schedule, steps and guidance. */
export function SamplingFields() {
  return (
    <>
      <div className={classes.pair}>
        <SamplerSelect />
        <SchedulerSelect />
      </div>
      <div className={classes.pair}>
        <StepsField />
        <GuidanceField />
      </div>
    </>
  );
}

function SamplerSelect() {
  const { data } = useSamplers();
  const [sampler, setSampler] = useField('sampler_name');
  return (
    <Select
      label="Sampler"
      data={withCurrent(data?.map(({ name }) => ({ value: name, label: name })) ?? [], sampler)}
      value={sampler}
      onChange={(next) => next !== null && setSampler(next)}
      allowDeselect={false}
      searchable
      error={useFieldProblem('sampler_name')}
      data-field="sampler_name"
    />
  );
}

function SchedulerSelect() {
  const { data } = useSchedulers();
  const [scheduler, setScheduler] = useField('scheduler');
  const choices = data?.map(({ label }) => ({ value: label, label })) ?? [];
  return (
    <Select
      label="Schedule"
      data={withCurrent(choices, scheduler)}
      value={scheduler}
      onChange={(next) => next !== null && setScheduler(next)}
      allowDeselect={false}
      searchable
      error={useFieldProblem('scheduler')}
      data-field="scheduler"
    />
  );
}

/** A value that the server does not list (not read yet, or of a pasted picture) is shown all the same. */
function withCurrent(choices: { value: string; label: string }[], current: string) {
  return choices.some(({ value }) => value === current)
    ? choices
    : [...choices, { value: current, label: current }];
}

function StepsField() {
  const [steps, setSteps] = useField('steps');
  const problem = useFieldProblem('steps');
  return (
    <div data-field="steps">
      <SliderField
        label="Steps"
        min={1}
        max={150}
        step={1}
        integer
        value={steps}
        onChange={setSteps}
        error={problem}
      />
    </div>
  );
}

function GuidanceField() {
  const [scale, setScale] = useField('cfg_scale');
  const problem = useFieldProblem('cfg_scale');
  return (
    <div data-field="cfg_scale">
      <SliderField
        label="CFG scale"
        description="How closely the picture follows the prompt. Higher is stricter; too high is harsh."
        min={1}
        max={30}
        step={0.5}
        value={scale}
        onChange={setScale}
        error={problem}
      />
    </div>
  );
}
