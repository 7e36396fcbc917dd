import { useMutation } from '@tanstack/react-query';
import type { Job } from '#contracts/job.ts';
import { ApiError, postJson, randomKey } from '../../data/api.ts';
import { useLive } from '../../data/live-store.ts';
import { useExtensionPanels } from '../extensions/use-extension-panels.ts';
import { useSelection } from '../gallery/selection-store.ts';
import { useForm, useFormDefaults } from './form-store.ts';
import { toRequest } from './form-values.ts';
import { useProblem } from './problem-store.ts';

/** Sends the form as a job. A request that got no answer is sent again with the same key: it makes one job. */
export function useSubmit(): { submit: () => void; isPending: boolean } {
  const defaults = useFormDefaults();
  const panels = useExtensionPanels();
  const { mutate, isPending } = useMutation({
    mutationFn: (key: string) => {
      const values = { ...defaults, ...useForm.getState().edits };
      return postJson<Job>('api/jobs', toRequest(values, panels), { idempotencyKey: key });
    },
    retry: (count, error) => ApiError.from(error).unreachable && count < 2,
    retryDelay: 700,
    onMutate: () => useProblem.getState().clear(),
    onSuccess: (job) => {
      useSelection.getState().follow();
      useLive.getState().submitted(job);
    },
    onError: (error) => useProblem.getState().report(ApiError.from(error).record),
  });
  return { submit: () => mutate(randomKey()), isPending };
}
