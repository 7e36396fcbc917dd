import type { ImageMessage } from '#contracts/messages.ts';
import type { PictureJob } from '#contracts/request.ts';

/** What a name can be made of. */
export interface NameContext {
  job: PictureJob;
  image: ImageMessage;
  at: Date;
}

/** Fills A1111's patterns (`[seed]`, `[date]`, ...). Results are safe as names; a folder may have several parts. */
export interface FileNaming {
  /** Relative folder; '' for none. */
  folder(pattern: string, context: NameContext): string;
  /** File name without counter and ending; '' for the counter alone. */
  stem(pattern: string, context: NameContext): string;
}

/** Characters that Windows refuses in names, plus line breaks; as A1111 replaces them. */
const UNSAFE = /[#<>:"/\\|?*\n\r\t]/g;
const LONGEST_PART = 128;

/** The tags of the default patterns; unknown ones stay as they are written. */
export const basicNaming: FileNaming = {
  folder: (pattern, context) =>
    pattern
      .split('/')
      .map((part) => safePart(fill(part, context)))
      .filter((part) => part !== '' && part !== '.' && part !== '..')
      .join('/'),
  stem: (pattern, context) => safePart(fill(pattern, context)),
};

function fill(pattern: string, { job, image, at }: NameContext): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const tags: Record<string, string> = {
    seed: String(image.seed),
    date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    job_timestamp: job.jobTimestamp,
    width: String(image.width),
    height: String(image.height),
    steps: String(job.request.steps),
    cfg: String(job.request.cfg_scale),
    model_name: job.checkpoint.stem,
    prompt_spaces: job.request.prompt,
    none: '',
  };
  return pattern.replace(/\[(\w+)\]/g, (whole, tag: string) => tags[tag] ?? whole);
}

function safePart(text: string): string {
  return text
    .replace(UNSAFE, '_')
    .trimStart()
    .slice(0, LONGEST_PART)
    .replace(/[ .]+$/, '');
}
