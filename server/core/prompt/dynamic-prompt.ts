/**
 * Dynamic prompts: `{a|b|c}` takes one at random, `__name__` a line of a wildcard file. Same seed, same text; the
 * expanded text is what is painted and recorded. Syntax as in the widespread extensions for it:
 *
 *     {a|b}            one of them            {2::a|b}          a twice as often
 *     {2$$a|b|c}       two different ones     {1-2$$a|b|c}      one or two
 *     {2$$ and $$a|b}  joined by " and "      __colors__        a line of the wildcard `colors`
 *     __sub/*__        of any that matches    {a|{b|__c__}}     nested at will
 *
 * Braces without `|` or `$$` stay as they are, since `{word}` has other meanings in old prompts.
 */

export interface DynamicPromptOptions {
  /** Only its low 53 bits count. Give each picture of a job its own. */
  seed: number;
  /**
   * Names of all wildcards (`colors`, `sub/animals`: path without extension, `/` between folders) and their lines.
   * Absent: `__name__` stays as it is.
   */
  wildcards?: ReadonlyMap<string, readonly string[]>;
}

export interface ExpandedPrompt {
  prompt: string;
  /** In plain words: wildcards that were not found, expansion that was cut off. */
  warnings: string[];
}

/** Wildcards that name wildcards end here, also in a circle. */
const MAX_NESTING = 30;
/** Expansion stops growing here. */
const MAX_CHARACTERS = 200_000;
const DEFAULT_JOINER = ', ';

const WILDCARD = /__([\p{L}\p{N}_\-./* ]+?)__/gu;
const COUNT = /^\s*(\d{1,4})?(-)?(\d{1,4})?\s*\$\$(?:((?:(?!\$\$)[^|{}])*)\$\$)?/;
const WEIGHT = /^\s*(\d+(?:\.\d+)?|\.\d+)::/;

/** Expands a prompt. Never throws: what makes no sense stays as it is. */
export function expandDynamicPrompt(prompt: string, options: DynamicPromptOptions): ExpandedPrompt {
  const random = createRandom(options.seed);
  const warnings = new Set<string>();
  let budget = MAX_CHARACTERS;

  const wildcardLine = (name: string): string | null => {
    const lines = linesOf(name, options.wildcards!);
    if (lines.length === 0) {
      warnings.add(`Wildcard __${name}__ not found`);
      return null;
    }
    return lines[Math.floor(random() * lines.length)]!;
  };

  const expand = (text: string, nesting: number): string => {
    if (nesting > MAX_NESTING || budget <= 0) {
      warnings.add('The dynamic prompt is nested too deep or grows too long; it was cut off');
      return text;
    }
    const expanded = replaceGroups(text, (body) => {
      const group = parseGroup(body);
      if (!group) return `{${expand(body, nesting + 1)}}`;
      return choose(group, random)
        .map((option) => expand(option, nesting + 1))
        .join(group.joiner);
    });
    if (!options.wildcards) return expanded;
    return expanded.replace(WILDCARD, (whole, name: string) => {
      const line = wildcardLine(name);
      if (line === null) return whole;
      budget -= line.length;
      return expand(line, nesting + 1);
    });
  };
  return { prompt: expand(prompt, 0), warnings: [...warnings] };
}

/** Replaces each outermost `{…}`; braces without a partner are text. */
function replaceGroups(text: string, replace: (body: string) => string): string {
  if (!text.includes('{')) return text;
  const partner = matchBraces(text);
  let result = '';
  for (let at = 0; at < text.length; ) {
    const end = partner.get(at);
    const next = end === undefined ? nextBrace(text, at + 1) : end + 1;
    result += end === undefined ? text.slice(at, next) : replace(text.slice(at + 1, end));
    at = next;
  }
  return result;
}

function nextBrace(text: string, from: number): number {
  const at = text.indexOf('{', from);
  return at < 0 ? text.length : at;
}

function matchBraces(text: string): Map<number, number> {
  const partner = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open.push(i);
    else if (text[i] === '}' && open.length > 0) partner.set(open.pop()!, i);
  }
  return partner;
}

interface Group {
  options: { text: string; weight: number }[];
  least: number;
  most: number;
  joiner: string;
}

/** The inside of `{…}`; null where it has neither a count nor a choice. */
function parseGroup(body: string): Group | null {
  const count = COUNT.exec(body);
  const options = splitOptions(count ? body.slice(count[0].length) : body);
  if (!count && options.length < 2) return null;
  const [, first, dash, second, joiner = DEFAULT_JOINER] = count ?? [];
  const least = first === undefined ? (dash ? 0 : 1) : Number(first);
  const most = second === undefined ? (dash ? options.length : least) : Number(second);
  return {
    joiner,
    least: Math.min(least, most, options.length),
    most: Math.min(Math.max(least, most), options.length),
    options: options.map((text) => {
      const weight = WEIGHT.exec(text);
      return weight ? { text: text.slice(weight[0].length), weight: Number(weight[1]) } : { text, weight: 1 };
    }),
  };
}

/** Splits at `|` outside of inner braces. */
function splitOptions(body: string): string[] {
  const options: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < body.length; i++) {
    if (body[i] === '{') depth++;
    else if (body[i] === '}') depth--;
    else if (body[i] === '|' && depth === 0) {
      options.push(body.slice(start, i));
      start = i + 1;
    }
  }
  options.push(body.slice(start));
  return options;
}

/** As many different options as the group asks for, by weight, in the order drawn. */
function choose({ options, least, most }: Group, random: () => number): string[] {
  const left = [...options];
  const chosen: string[] = [];
  const wanted = least === most ? least : least + Math.floor(random() * (most - least + 1));
  while (chosen.length < wanted) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    if (!(total > 0)) break;
    let point = random() * total;
    const index = left.findIndex(({ weight }) => {
      point -= weight;
      return point < 0;
    });
    chosen.push(left.splice(Math.max(0, index), 1)[0]!.text);
  }
  return chosen;
}

/** Lines of one wildcard, or of all whose names match a pattern with `*`; blank and `#` lines left out. */
function linesOf(name: string, wildcards: ReadonlyMap<string, readonly string[]>): string[] {
  const usable = (lines: readonly string[]) =>
    lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (!name.includes('*')) return usable(wildcards.get(name) ?? []);
  const names = [...wildcards.keys()].filter((candidate) => matchesStars(candidate, name)).sort();
  return names.flatMap((candidate) => usable(wildcards.get(candidate)!));
}

/** `*` stands for any text; linear, since each piece is looked for from where the one before ended. */
function matchesStars(name: string, pattern: string): boolean {
  const [head = '', ...pieces] = pattern.split('*');
  const tail = pieces.pop() ?? '';
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - tail.length;
}

/** Numbers in [0, 1) from a seed: splitmix64 (Steele et al. 2014), upper 53 bits. */
function createRandom(seed: number): () => number {
  const mask = 0xffffffffffffffffn;
  let state = BigInt(Math.trunc(Number.isFinite(seed) ? seed : 0)) & mask;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
  };
}
