/**
 * Every setting, in the order of the Settings tab. Keys, defaults and ranges are A1111's, so that its clients and
 * `config.json` files work unchanged; labels are ours. One list per category in `options/`.
 */
import type { Option } from './options/define.ts';
import { postprocessing } from './options/postprocessing.ts';
import { saving } from './options/saving.ts';
import { stableDiffusion } from './options/stable-diffusion.ts';
import { system } from './options/system.ts';
import { training } from './options/training.ts';
import { uncategorized } from './options/uncategorized.ts';
import { userInterface } from './options/user-interface.ts';

export type { Option } from './options/define.ts';

export const OPTIONS: readonly Option[] = [
  ...saving,
  ...stableDiffusion,
  ...userInterface,
  ...system,
  ...postprocessing,
  ...training,
  ...uncategorized,
];

export const OPTION_BY_KEY: ReadonlyMap<string, Option> = new Map(
  OPTIONS.map((option) => [option.key, option]),
);
