import { Accordion, Switch } from '@mantine/core';
import { shortReason } from '../../components/short-reason.ts';
import { PanelForm } from '../../forms/panel-form.tsx';
import { type PanelValues, panelValues } from '../../forms/values.ts';
import { useField } from '../txt2img/form-store.ts';
import type { ExtensionPanel } from '../txt2img/form-values.ts';
import { isAbout, useProblem } from '../txt2img/problem-store.ts';
import classes from './extension-panels.module.css';
import { useExtensionPanels } from './use-extension-panels.ts';

/** Panels that extensions declare, each as a fold with its switch in the header. */
export function ExtensionPanels() {
  const panels = useExtensionPanels();
  if (panels.length === 0) return null;
  return (
    <Accordion multiple chevronPosition="left" chevronSize={16} variant="unstyled" order={2}>
      {panels.map((each) => (
        <PanelFold key={`${each.extension}/${each.panel.id}`} {...each} />
      ))}
    </Accordion>
  );
}

function PanelFold({ extension, panel }: ExtensionPanel) {
  const [extensions, setExtensions] = useField('extensions');
  const problem = useProblem((state) => state.problem);
  const chosen = extensions[extension];
  const { enabledBy } = panel;
  const change = (values: PanelValues) =>
    setExtensions({ ...extensions, [extension]: { ...chosen, ...values } });
  return (
    <Accordion.Item value={`${extension}/${panel.id}`} className={classes.panel ?? ''}>
      <div className={classes.head}>
        <Accordion.Control
          classNames={{
            control: classes.control ?? '',
            label: classes.title ?? '',
            chevron: classes.chevron ?? '',
          }}
        >
          {panel.title}
        </Accordion.Control>
        {enabledBy !== undefined && (
          <Switch
            aria-label={`Enable ${panel.title}`}
            checked={panelValues(panel, chosen)[enabledBy] === true}
            onChange={(event) => change({ [enabledBy]: event.currentTarget.checked })}
          />
        )}
      </div>
      <Accordion.Panel>
        <PanelForm
          panel={panel}
          chosen={chosen}
          onChange={change}
          errorOf={(key) => (problem && isAbout(problem, key) ? shortReason(problem) : null)}
        />
      </Accordion.Panel>
    </Accordion.Item>
  );
}
