import type { Panel } from '#contracts/manifest.ts';
import { FormField } from './form-field.tsx';
import classes from './panel-form.module.css';
import { changeField, isPresetEdited, isShown, type PanelValues, panelValues } from './values.ts';

interface Props {
  panel: Panel;
  /** What was chosen so far; defaults fill the rest. */
  chosen: PanelValues | undefined;
  onChange: (chosen: PanelValues) => void;
  /** What is wrong with a field, by key. */
  errorOf?: (key: string) => string | null;
}

/** The fields of one panel, but for the toggle that switches it on: that one is in the panel's header. */
export function PanelForm({ panel, chosen, onChange, errorOf }: Props) {
  const values = panelValues(panel, chosen);
  const fields = panel.fields.filter((field) => field.key !== panel.enabledBy && isShown(field, values));
  return (
    <fieldset className={classes.fields} aria-label={panel.title}>
      {fields.map((field) => (
        <div key={field.key} data-field={field.key}>
          <FormField
            field={field}
            value={values[field.key]}
            onChange={(value) => onChange(changeField(values, field, value))}
            error={errorOf?.(field.key) ?? null}
            note={isPresetEdited(field, values) ? 'edited' : undefined}
          />
        </div>
      ))}
    </fieldset>
  );
}
