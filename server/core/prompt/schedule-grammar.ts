/**
 * The bracket grammar of prompt editing. In effect:
 *
 *     prompt     = (group | edit | alternate | text)*
 *     group      = "(" prompt ")" | "(" prompt ":" prompt ")" | "[" prompt "]"
 *     edit       = "[" [prompt ":"] prompt ":" number "]"
 *     alternate  = "[" prompt ("|" prompt)+ "]"
 *
 * where text holds none of `[]():|` unless escaped. Brackets and colons that fit nowhere are text, but only outside any
 * group; a `|` that fits nowhere, or a backslash with nothing to escape, makes all of the prompt plain text.
 */
import { SPACE } from './python-text.ts';

/** Text, or what changes with the step. Groups are text: their weights are read later, by attention. */
export type ScheduledText = string | Edit | Alternate;

export interface Edit {
  kind: 'edit';
  before: ScheduledText[];
  after: ScheduledText[];
  /** The number as written: a point in it makes it a fraction. */
  when: string;
  depth: number;
}

export interface Alternate {
  kind: 'alternate';
  /** Two or more; empty ones count. */
  options: ScheduledText[][];
  depth: number;
}

/** Edits nested deeper than this are taken for noise: the prompt is plain text. */
const MAX_DEPTH = 200;

const TOKEN = /(?:[^\\[\]():|]|\\[^\n])+|[[\]():|]/gu;
const NUMBER = new RegExp(`^[${SPACE}]*([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)[${SPACE}]*$`);

/** A bracket that is open: where it and the separators directly in it lie among the items. */
interface Open {
  bracket: '(' | '[';
  start: number;
  separators: { at: number; mark: ':' | '|' }[];
}

/**
 * One pass with a stack, linear in the prompt. Items of open groups lie in the one list as plain text until their
 * bracket closes; where it closes an edit or alternate, they are folded into one item.
 * @returns null where the prompt is plain text
 */
export function parseSchedule(prompt: string): ScheduledText[] | null {
  const items: ScheduledText[] = [];
  let open: Open[] = [];
  let length = 0;

  for (const [token] of prompt.matchAll(TOKEN)) {
    length += token.length;
    const group = open.at(-1);
    if (token === '(' || token === '[') {
      open.push({ bracket: token, start: items.length, separators: [] });
      items.push(token);
    } else if (token === ':' || token === '|') {
      if (group) group.separators.push({ at: items.length, mark: token });
      else if (token === '|') return null;
      items.push(token);
    } else if (token === ')' || token === ']') {
      if (group && closes(group, token, items)) {
        open.pop();
      } else {
        // What encloses a broken group is broken too: all of it is text.
        if (hasBar(open)) return null;
        open = [];
        items.push(token);
      }
    } else {
      items.push(token);
    }
  }
  if (length < prompt.length || hasBar(open) || items.some((item) => depthOf(item) > MAX_DEPTH)) return null;
  return items;
}

function hasBar(open: readonly Open[]): boolean {
  return open.some(({ separators }) => separators.some(({ mark }) => mark === '|'));
}

/** Ends a group at `token` if the two fit, leaving its text or its folded item; false if they do not. */
function closes({ bracket, start, separators }: Open, token: ')' | ']', items: ScheduledText[]): boolean {
  if ((bracket === '(') !== (token === ')')) return false;
  const bars = separators.filter(({ mark }) => mark === '|').length;
  if (bracket === '(' ? separators.length <= 1 && bars === 0 : separators.length === 0) {
    items.push(token);
    return true;
  }
  if (bracket === '(' || (bars > 0 && bars < separators.length)) return false;

  const starts = [start, ...separators.map(({ at }) => at)];
  const segments = starts.map((at, i) => items.slice(at + 1, starts[i + 1]));
  const folded = bars > 0 ? alternate(segments) : edit(segments);
  if (!folded) return false;
  items.length = start;
  items.push(folded);
  return true;
}

function alternate(options: ScheduledText[][]): Alternate {
  return { kind: 'alternate', options, depth: 1 + deepest(options) };
}

function edit(segments: ScheduledText[][]): Edit | null {
  const last = segments.at(-1)!;
  if (segments.length > 3 || last.some((item) => typeof item !== 'string')) return null;
  const when = NUMBER.exec(last.join(''))?.[1];
  if (when === undefined) return null;
  const [before, after] = segments.length === 3 ? [segments[0]!, segments[1]!] : [[], segments[0]!];
  return { kind: 'edit', before, after, when, depth: 1 + deepest([before, after]) };
}

function deepest(lists: readonly ScheduledText[][]): number {
  let depth = 0;
  for (const list of lists) for (const item of list) depth = Math.max(depth, depthOf(item));
  return depth;
}

function depthOf(item: ScheduledText): number {
  return typeof item === 'string' ? 0 : item.depth;
}
