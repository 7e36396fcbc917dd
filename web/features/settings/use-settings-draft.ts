import { useState } from 'react';
import type { ErrorRecord } from '#contracts/errors.ts';
import { ApiError } from '../../data/api.ts';
import type { OptionValues } from '../../data/api-types.ts';
import { useOptions, useSaveOptions } from '../../data/queries.ts';
import { changesOf } from './sections.ts';

export interface SettingsDraft {
  values: OptionValues;
  changes: OptionValues;
  problem: ErrorRecord | null;
  saving: boolean;
  change: (key: string, value: unknown) => void;
  discard: () => void;
  /** Saves all changes or none. */
  apply: () => void;
}

/** What was changed in the Settings tab and is not applied yet. */
export function useSettingsDraft(): SettingsDraft {
  const saved = useOptions().data ?? {};
  const save = useSaveOptions();
  const [draft, setDraft] = useState<OptionValues>({});
  const [problem, setProblem] = useState<ErrorRecord | null>(null);
  const changes = changesOf(draft, saved);
  return {
    values: { ...saved, ...draft },
    changes,
    problem,
    saving: save.isPending,
    change: (key, value) => {
      setDraft((before) => ({ ...before, [key]: value }));
      setProblem((before) => (before?.field === key ? null : before));
    },
    discard: () => {
      setDraft({});
      setProblem(null);
    },
    apply: () =>
      save.mutate(changes, {
        onSuccess: () => {
          setDraft({});
          setProblem(null);
        },
        onError: (thrown) => setProblem(ApiError.from(thrown).record),
      }),
  };
}
