import type { Route } from './route.ts';
import { type GenerateDeps, generateRoutes } from './sdapi-generate.ts';
import { type ListsDeps, listRoutes } from './sdapi-lists.ts';
import { type OptionsDeps, optionsRoutes } from './sdapi-options.ts';
import { type ProgressDeps, progressRoutes } from './sdapi-progress.ts';

export type SdapiDeps = GenerateDeps & ListsDeps & OptionsDeps & ProgressDeps;

/** A1111's API, one group per file. */
export function sdapiRoutes(deps: SdapiDeps): Route[] {
  return [...generateRoutes(deps), ...progressRoutes(deps), ...optionsRoutes(deps), ...listRoutes(deps)];
}
