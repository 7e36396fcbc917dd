import { useMemo } from 'react';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { useModels } from '../../data/queries.ts';
import { defaultsOf, type FormEdits, type FormValues } from './form-values.ts';
import { useProblem } from './problem-store.ts';

interface FormStore {
  edits: FormEdits;
  /** Takes the values and forgets what was wrong with their fields. */
  edit(edits: FormEdits): void;
  /** Back to the checkpoint's defaults; the words stay. */
  reset(): void;
}

export const useForm = create<FormStore>()(
  persist(
    (set) => ({
      edits: {},
      edit: (edits) => {
        useProblem.getState().forget(Object.keys(edits));
        set((state) => ({ edits: { ...state.edits, ...edits } }));
      },
      reset: () => {
        useProblem.getState().clear();
        set(({ edits: { prompt, negative_prompt } }) => ({
          edits: {
            ...(prompt === undefined ? {} : { prompt }),
            ...(negative_prompt === undefined ? {} : { negative_prompt }),
          },
        }));
      },
    }),
    { name: 'tapestry.txt2img', version: 1 },
  ),
);

/** The checkpoint in use; null while unknown or when there is none. */
export function useCurrentCheckpoint() {
  const { data } = useModels();
  return data?.checkpoints.find(({ title }) => title === data.current) ?? null;
}

/** Defaults of the form with the checkpoint in use. */
export function useFormDefaults(): FormValues {
  const checkpoint = useCurrentCheckpoint();
  return useMemo(() => defaultsOf(checkpoint), [checkpoint]);
}

/** One field: its value and how to change it. Other fields' changes do not render its owner again. */
export function useField<K extends keyof FormValues>(
  key: K,
): [FormValues[K], (value: FormValues[K]) => void] {
  const defaults = useFormDefaults();
  const edited = useForm((state) => state.edits[key]) as FormValues[K] | undefined;
  const edit = useForm((state) => state.edit);
  return [edited ?? defaults[key], (value) => edit({ [key]: value } as FormEdits)];
}
