import { useModels } from '../../data/queries.ts';
import { ExtensionPanels } from '../extensions/extension-panels.tsx';
import { CheckpointSelect } from '../models/checkpoint-select.tsx';
import { BatchFields } from './batch-fields.tsx';
import { HiresFields } from './hires-fields.tsx';
import { OverrideChips } from './override-chips.tsx';
import { PromptField } from './prompt-field.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { SeedField } from './seed-field.tsx';
import { SizeFields } from './size-fields.tsx';
import classes from './txt2img.module.css';

/** Everything that is asked for, top to bottom. */
export function FormColumn() {
  const models = useModels();
  return (
    <div className={classes.scroll}>
      <CheckpointSelect />
      <PromptField field="prompt" label="Prompt" rows={4} placeholder="Describe the picture" />
      <PromptField
        field="negative_prompt"
        label="Negative prompt"
        rows={2}
        placeholder="What to keep out of it"
      />
      <div className={classes.settled} aria-busy={models.isPending}>
        <SamplingFields />
        <SizeFields />
        <BatchFields />
        <SeedField />
        <OverrideChips />
        <HiresFields />
        <ExtensionPanels />
      </div>
    </div>
  );
}
