import { readFile } from 'node:fs/promises';
import { TapestryError } from '#contracts/errors.ts';
import { applyStyles, type PromptStyle, parseStylesCsv } from '#core/prompt/styles.ts';
import type { Styles } from '../services.ts';

/** Styles out of a `styles.csv`, read at every call: people edit it by hand. No file: no styles. */
export function createStyles(file: string): Styles {
  const list = async (): Promise<PromptStyle[]> => {
    try {
      return parseStylesCsv(await readFile(file, 'utf8'));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      throw new TapestryError('INVALID_FIELD', {
        field: 'styles',
        value: file,
        accepted: `a file that can be read (${message})`,
        cause,
      });
    }
  };
  return {
    list,
    async apply(names, prompts) {
      if (names.length === 0) return { prompts, unknown: [] };
      const known = new Map((await list()).map((style) => [style.name, style]));
      const chosen = names.map((name) => known.get(name)).filter((style) => style !== undefined);
      const merge = (part: 'prompt' | 'negativePrompt', text: string) =>
        applyStyles(
          text,
          chosen.map((style) => style[part]),
        );
      return {
        prompts: {
          prompt: merge('prompt', prompts.prompt),
          negative_prompt: merge('negativePrompt', prompts.negative_prompt),
          // An empty one stands for the first pass's, which has its styles by then.
          hr_prompt: prompts.hr_prompt === '' ? '' : merge('prompt', prompts.hr_prompt),
          hr_negative_prompt:
            prompts.hr_negative_prompt === '' ? '' : merge('negativePrompt', prompts.hr_negative_prompt),
        },
        unknown: names.filter((name) => !known.has(name)),
      };
    },
  };
}
