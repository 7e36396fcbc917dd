/** How options are written down: one line each, by kind. */

export const OPTION_TYPES = ['boolean', 'integer', 'number', 'string', 'list'] as const;
export type OptionType = (typeof OPTION_TYPES)[number];

/** One setting, as A1111 names it: a key of `config.json` and of `/sdapi/v1/options`. */
export interface Option {
  key: string;
  /** Category of the Settings tab, e.g. "Saving images". */
  section: string;
  /** Page within the category, e.g. "Saving images/grids". */
  page: string;
  label: string;
  description?: string;
  /** `list`: of strings. */
  type: OptionType;
  default: OptionValue;
  min?: number;
  max?: number;
  step?: number;
  /** The values that are accepted; of a list: of its items. */
  choices?: readonly string[];
  /** Name under which pictures carry the value. */
  infotext?: string;
  /** Takes effect at the next start. */
  reload?: boolean;
  /** null is a value of its own: nothing chosen. */
  nullable?: boolean;
  /** Cannot be set by way of the A1111 API; such values are ignored there. */
  apiLocked?: boolean;
  /** Changes what Tapestry does. The others are kept so that settings round-trip, and are not shown. */
  effective: boolean;
}

export type OptionValue = boolean | number | string | readonly string[] | null;

type Draft = Omit<Option, 'section' | 'page'>;
type More = Partial<Omit<Draft, 'key' | 'label' | 'type' | 'default'>>;
/** min, max, step. */
type Range = readonly [number, number, number?] | null;

export function toggle(key: string, value: boolean, label: string, more: More = {}): Draft {
  return { key, label, type: 'boolean', default: value, effective: false, ...more };
}

export function text(key: string, value: string | null, label: string, more: More = {}): Draft {
  return { key, label, type: 'string', default: value, effective: false, ...more };
}

export function choice(
  key: string,
  value: string,
  choices: readonly string[],
  label: string,
  more: More = {},
): Draft {
  return { key, label, type: 'string', default: value, choices, effective: false, ...more };
}

export function list(key: string, value: readonly string[], label: string, more: More = {}): Draft {
  return { key, label, type: 'list', default: value, effective: false, ...more };
}

export function integer(key: string, value: number, range: Range, label: string, more: More = {}): Draft {
  return { key, label, type: 'integer', default: value, ...spread(range), effective: false, ...more };
}

export function number(key: string, value: number, range: Range, label: string, more: More = {}): Draft {
  return { key, label, type: 'number', default: value, ...spread(range), effective: false, ...more };
}

/** The options of one page. */
export function page(section: string, title: string, drafts: Draft[]): Option[] {
  return drafts.map((draft) => ({ section, page: title, ...draft }));
}

function spread(range: Range): { min?: number; max?: number; step?: number } {
  if (range === null) return {};
  const [min, max, step] = range;
  return step === undefined ? { min, max } : { min, max, step };
}
