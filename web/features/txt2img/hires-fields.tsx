import { useState } from 'react';
import { Fold, Folds } from '../../components/fold.tsx';
import { useLatentUpscalers, useOptions, useSamplers, useSchedulers } from '../../data/queries.ts';
import { FormNumber, FormSelect, FormSlider } from './form-controls.tsx';
import { useField } from './form-store.ts';
import { describeHires, isSizeFinal } from './hires.ts';
import classes from './hires-fields.module.css';
import { PromptField } from './prompt-field.tsx';
import form from './txt2img.module.css';

/** Where the server does not tell. */
const UPSCALERS = [
  'Latent',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Latent (nearest)',
  'Latent (nearest-exact)',
];

/** Hires fix: the picture is enlarged and painted over in a second pass. */
export function HiresFields() {
  const [enabled, setEnabled] = useField('enable_hr');
  const [width] = useField('width');
  const [height] = useField('height');
  const [hr_scale] = useField('hr_scale');
  const [hr_resize_x] = useField('hr_resize_x');
  const [hr_resize_y] = useField('hr_resize_y');
  const [overrides] = useField('override_settings');
  const sizeIsFinal = isSizeFinal(overrides, useOptions().data);
  const size = { width, height, hr_scale, hr_resize_x, hr_resize_y };
  return (
    <Folds>
      <Fold
        id="hires"
        title="Hires. fix"
        note={enabled ? describeHires(size, sizeIsFinal) : []}
        checked={enabled}
        onSwitch={setEnabled}
      >
        <fieldset className={classes.fields} aria-label="Hires. fix">
          <SecondPass />
          <TargetSize
            factorIsIdle={sizeIsFinal || hr_resize_x > 0 || hr_resize_y > 0}
            sidesAreIdle={sizeIsFinal}
          />
          <More />
        </fieldset>
      </Fold>
    </Folds>
  );
}

function SecondPass() {
  const { data } = useLatentUpscalers();
  return (
    <>
      <div className={form.pair}>
        <FormSelect
          field="hr_upscaler"
          label="Upscaler"
          choices={data?.map(({ name }) => name) ?? UPSCALERS}
        />
        <FormNumber
          field="hr_second_pass_steps"
          label="Hires steps"
          description="0: as many as in the first pass"
          min={0}
          max={1000}
        />
      </div>
      <FormSlider
        field="denoising_strength"
        label="Denoising strength"
        description="How much of the first pass is painted over. Low values of a latent upscaler stay blurred."
        min={0}
        max={1}
        step={0.01}
      />
    </>
  );
}

const SIDE = 'Pixels; 0: from the other side, or by the factor';

function TargetSize({ factorIsIdle, sidesAreIdle }: { factorIsIdle: boolean; sidesAreIdle: boolean }) {
  return (
    <>
      <FormSlider field="hr_scale" label="Upscale by" min={1} max={4} step={0.05} disabled={factorIsIdle} />
      <div className={form.pair}>
        <FormNumber
          field="hr_resize_x"
          label="Resize width to"
          description={SIDE}
          min={0}
          max={8192}
          step={8}
          disabled={sidesAreIdle}
        />
        <FormNumber
          field="hr_resize_y"
          label="Resize height to"
          description={SIDE}
          min={0}
          max={8192}
          step={8}
          disabled={sidesAreIdle}
        />
      </div>
    </>
  );
}

const SAME = 'Use same';

/** What the second pass may have of its own. Open from the start where it has. */
function More() {
  const samplers = useSamplers().data?.map(({ name }) => name);
  const schedules = useSchedulers().data?.map(({ label }) => label);
  const [sampler] = useField('hr_sampler_name');
  const [schedule] = useField('hr_scheduler');
  const [prompt] = useField('hr_prompt');
  const [negative] = useField('hr_negative_prompt');
  /** null: nobody has opened or closed it. */
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? [sampler, schedule, prompt, negative].some((value) => value !== '');
  return (
    <>
      <button type="button" className={classes.more} aria-expanded={open} onClick={() => setChosen(!open)}>
        {open ? 'Less' : 'More'}
      </button>
      {open && (
        <>
          <div className={form.pair}>
            <FormSelect field="hr_sampler_name" label="Hires sampler" choices={samplers} none={SAME} />
            <FormSelect field="hr_scheduler" label="Hires schedule" choices={schedules} none={SAME} />
          </div>
          <PromptField field="hr_prompt" label="Hires prompt" rows={2} placeholder="As above" />
          <PromptField
            field="hr_negative_prompt"
            label="Hires negative prompt"
            rows={2}
            placeholder="As above"
          />
        </>
      )}
    </>
  );
}
