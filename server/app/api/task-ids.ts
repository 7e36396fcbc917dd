/** Names that API clients give their requests (`force_task_id`), so that `/internal/progress` finds the job. */
export interface TaskIds {
  /** The name under which a request runs: its own, or one made up as A1111 does. */
  add(wanted: string | null, jobId: string): string;
  jobOf(taskId: string): string;
  taskOf(jobId: string): string;
}

const KEPT = 1000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Remembers the newest thousand. A job that nobody named answers to its own id. */
export function createTaskIds(random: () => number = Math.random): TaskIds {
  const jobs = new Map<string, string>();
  return {
    add(wanted, jobId) {
      const letters = Array.from({ length: 7 }, () => LETTERS[Math.floor(random() * LETTERS.length)]);
      const taskId = wanted || `task(txt2img-${letters.join('')})`;
      jobs.delete(taskId);
      jobs.set(taskId, jobId);
      const oldest = jobs.keys().next().value;
      if (jobs.size > KEPT && oldest !== undefined) jobs.delete(oldest);
      return taskId;
    },
    jobOf: (taskId) => jobs.get(taskId) ?? taskId,
    taskOf: (jobId) => [...jobs].find(([, id]) => id === jobId)?.[0] ?? jobId,
  };
}
