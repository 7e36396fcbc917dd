/**
 * Who is next, and who holds what. The contract knows neither SQLite nor shared memory: another implementation (Redis,
 * for many machines) passes the same tests (`job-queue.contract.ts`). What a job is stays with the job service.
 */

/** The right to work on a job, until it is settled, given back or taken away. */
export interface Lease {
  id: string;
  /** 1-based, counts leases of this job. */
  attempt: number;
  /** Engine deaths under this job so far. */
  deaths: number;
  /** Rises with every lease over all jobs: a result that carries an older one is dropped. */
  fence: number;
}

export interface JobQueue {
  /** Throws QUEUE_FULL where one job more would be too many. */
  admit(): Promise<void>;
  /** Puts a job at the end of its priority (higher first). A job that is in the queue already stays as it is. */
  enqueue(id: string, options?: { priority?: number }): Promise<void>;
  /** The next waiting job, now held by `worker`; null when none waits. */
  lease(worker: string): Promise<Lease | null>;
  /** The job is over, whatever came of it. False: the lease is not the current one any more, nothing was done. */
  settle(lease: Lease): Promise<boolean>;
  /**
   * Back to the place it had, to be leased again. `died` counts an engine death against the job.
   * False: the lease is not the current one any more.
   */
  giveBack(lease: Lease, options: { died: boolean }): Promise<boolean>;
  /** Takes a waiting job out. False: it is held by a worker or not there. */
  remove(id: string): Promise<boolean>;
  /** Frees what `worker` held in a former life, without counting a death; returns the ids. */
  recover(worker: string): Promise<string[]>;
  /** All ids: held ones first, then waiting ones in the order in which they will be leased. */
  order(): Promise<string[]>;
}
