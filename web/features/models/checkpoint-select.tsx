import { type ComboboxItem, Select } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { IconAction } from '../../components/icon-action.tsx';
import { notifyError } from '../../components/notify.ts';
import { ApiError } from '../../data/api.ts';
import type { Checkpoint } from '../../data/api-types.ts';
import { useModels, useRefreshModels, useSaveOptions } from '../../data/queries.ts';
import { useFieldProblem } from '../txt2img/problem-store.ts';
import classes from './checkpoint-select.module.css';

/** Which checkpoint paints. Files that are none of a known family are listed with the reason. */
export function CheckpointSelect() {
  const { data, error } = useModels();
  const save = useSaveOptions();
  const refresh = useRefreshModels();
  const problem = useFieldProblem('sd_model_checkpoint');
  const checkpoints = data?.checkpoints ?? [];
  const known = checkpoints.filter(({ family }) => family !== null);
  const unknown = checkpoints.filter(({ family }) => family === null);
  return (
    <div className={classes.row} data-field="sd_model_checkpoint">
      <Select
        label="Checkpoint"
        placeholder={data === undefined ? '' : 'No checkpoint yet'}
        data={[
          { group: 'Checkpoints', items: known.map(({ title }) => ({ value: title, label: title })) },
          {
            group: 'Not recognised',
            items: unknown.map(({ title, name }) => ({ value: title, label: name, disabled: true })),
          },
        ].filter(({ items }) => items.length > 0)}
        renderOption={({ option }) => <CheckpointOption option={option} checkpoints={checkpoints} />}
        value={(save.isPending ? String(save.variables.sd_model_checkpoint ?? '') : data?.current) || null}
        onChange={(title) => {
          if (title === null || title === data?.current) return;
          save.mutate(
            { sd_model_checkpoint: title },
            { onError: (thrown) => notifyError('The checkpoint was not changed', thrown) },
          );
        }}
        allowDeselect={false}
        searchable
        nothingFoundMessage="No checkpoint of that name"
        error={problem ?? (error ? ApiError.from(error).message : null)}
      />
      <IconAction
        label="Look for new checkpoints"
        loading={refresh.isPending}
        onClick={() =>
          refresh.mutate(undefined, {
            onError: (thrown) => notifyError('The folder could not be read', thrown),
          })
        }
      >
        <IconRefresh size={16} stroke={1.7} />
      </IconAction>
    </div>
  );
}

function CheckpointOption({ option, checkpoints }: { option: ComboboxItem; checkpoints: Checkpoint[] }) {
  const checkpoint = checkpoints.find(({ title }) => title === option.value);
  const facts =
    checkpoint?.family == null
      ? checkpoint?.reason
      : `${checkpoint.family} · ${checkpoint.nativeWidth} × ${checkpoint.nativeHeight}`;
  return (
    <span className={classes.option}>
      <span className={classes.name}>{option.label}</span>
      <span className={classes.reason}>{facts}</span>
    </span>
  );
}
