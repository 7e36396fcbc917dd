import { useCallback } from 'react';
import { notifyError } from '../../components/notify.ts';
import { postJson } from '../../data/api.ts';

export type JobAction = 'interrupt' | 'skip' | 'cancel';

/** Asks the server to end a job or a part of it. What comes of it is told over the socket. */
export function useJobAction(): (jobId: string, action: JobAction) => void {
  return useCallback((jobId, action) => {
    postJson(`api/jobs/${encodeURIComponent(jobId)}/${action}`).catch((error: unknown) =>
      notifyError(
        `The job could not be ${action === 'skip' ? 'skipped' : action === 'cancel' ? 'cancelled' : 'interrupted'}`,
        error,
      ),
    );
  }, []);
}
