import { create } from 'zustand';
import type { ErrorRecord } from '#contracts/errors.ts';
import { shortReason } from '../../components/short-reason.ts';

interface ProblemStore {
  /** Why the last request was refused. */
  problem: ErrorRecord | null;
  report(problem: ErrorRecord): void;
  /** Forgets the problem where it is about one of these fields. */
  forget(fields: string[]): void;
  clear(): void;
}

export const useProblem = create<ProblemStore>((set) => ({
  problem: null,
  report: (problem) => set({ problem }),
  forget: (fields) =>
    set((state) => (fields.some((field) => isAbout(state.problem, field)) ? { problem: null } : state)),
  clear: () => set({ problem: null }),
}));

/** `width`, `request.width` and `extensions.sld.width` are all about `width`. */
export function isAbout(problem: ErrorRecord | null, field: string): boolean {
  if (problem?.field === undefined) return false;
  return problem.field === field || problem.field.split('.').includes(field);
}

/** What is wrong with a field, shortly; null while nothing is. */
export function useFieldProblem(field: string): string | null {
  const problem = useProblem((state) => (isAbout(state.problem, field) ? state.problem : null));
  return problem && shortReason(problem);
}
