/** The options as the Settings tab arranges them. Pure. */
import type { OptionSchema, OptionValues } from '../../data/api-types.ts';

export interface Section {
  title: string;
  pages: { title: string; options: OptionSchema[] }[];
}

/** Options in their order, by section and page. Those that nothing reads are left out. */
export function toSections(schema: readonly OptionSchema[]): Section[] {
  const sections = new Map<string, Map<string, OptionSchema[]>>();
  for (const option of schema) {
    if (!option.effective) continue;
    const pages = sections.get(option.section) ?? new Map<string, OptionSchema[]>();
    sections.set(option.section, pages);
    pages.set(option.page, [...(pages.get(option.page) ?? []), option]);
  }
  return Array.from(sections, ([title, pages]) => ({
    title,
    pages: Array.from(pages, ([page, options]) => ({ title: page, options })),
  }));
}

/** Options in whose label, key, description or page every word of the search occurs. */
export function searchOptions(schema: readonly OptionSchema[], search: string): OptionSchema[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return schema.filter(({ key, label, description, page, section }) => {
    const text = [key, label, description, page, section].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Values by their content: lists are equal when their items are. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What of the draft differs from what is saved. */
export function changesOf(draft: OptionValues, saved: OptionValues): OptionValues {
  return Object.fromEntries(Object.entries(draft).filter(([key, value]) => !sameValue(value, saved[key])));
}
