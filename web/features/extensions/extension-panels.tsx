import { Fold, Folds } from '../../components/fold.tsx';
import { shortReason } from '../../components/short-reason.ts';
import { PanelForm } from '../../forms/panel-form.tsx';
import { type PanelValues, panelValues } from '../../forms/values.ts';
import { useField } from '../txt2img/form-store.ts';
import type { ExtensionPanel } from '../txt2img/form-values.ts';
import { isAbout, useProblem } from '../txt2img/problem-store.ts';
import { useExtensionPanels } from './use-extension-panels.ts';

/** Panels that extensions declare, each as a fold with its switch in the header. */
export function ExtensionPanels() {
  const panels = useExtensionPanels();
  if (panels.length === 0) return null;
  return (
    <Folds>
      {panels.map((each) => (
        <PanelFold key={`${each.extension}/${each.panel.id}`} {...each} />
      ))}
    </Folds>
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
    <Fold
      id={`${extension}/${panel.id}`}
      title={panel.title}
      checked={enabledBy === undefined ? undefined : panelValues(panel, chosen)[enabledBy] === true}
      onSwitch={(checked) => enabledBy !== undefined && change({ [enabledBy]: checked })}
    >
      <PanelForm
        panel={panel}
        chosen={chosen}
        onChange={change}
        errorOf={(key) => (problem && isAbout(problem, key) ? shortReason(problem) : null)}
      />
    </Fold>
  );
}
