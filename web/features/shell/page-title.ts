/** The tab's title, as A1111's users read progress from it. Pure. */
import type { JobProgress } from '#contracts/job.ts';

const NAME = 'Tapestry';

/** "12s", "02:05", "01:02:03". */
export function formatEta(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole}s`;
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

export function formatPercent(fraction: number): string {
  return `${Math.round(Math.min(1, Math.max(0, fraction)) * 100)}%`;
}

/** "[45% ETA: 3s] Tapestry" while a job runs. */
export function pageTitle(progress: JobProgress | null, running: boolean): string {
  if (!running) return NAME;
  if (progress === null) return `[0%] ${NAME}`;
  const eta = progress.etaSeconds === null ? '' : ` ETA: ${formatEta(progress.etaSeconds)}`;
  return `[${formatPercent(progress.fraction)}${eta}] ${NAME}`;
}
