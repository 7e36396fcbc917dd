import { Filmstrip } from '../gallery/filmstrip.tsx';
import { Stage } from '../gallery/stage.tsx';
import { FormColumn } from './form-column.tsx';
import { GenerateBar } from './generate-bar.tsx';
import classes from './txt2img.module.css';
import { useShortcuts } from './use-shortcuts.ts';
import { useSubmit } from './use-submit.ts';

/** The txt2img tab: words and parameters, the stage, the results. */
export function Txt2Img({ active }: { active: boolean }) {
  const { submit, isPending } = useSubmit();
  useShortcuts(active, submit);
  return (
    <div className={classes.page}>
      <section className={classes.form} aria-label="Prompt and parameters">
        <FormColumn />
        <GenerateBar submit={submit} isPending={isPending} />
      </section>
      <Stage />
      <Filmstrip active={active} />
    </div>
  );
}
