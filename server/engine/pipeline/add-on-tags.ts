/** Tags such as `<lora:name:0.8>` in prompts: cut before encoding, and named on the job where nothing applies them. */
import { type ExtraNetworkTag, extractExtraNetworks } from '#core/prompt/extra-networks.ts';
import type { JobRun } from './job-run.ts';

const KINDS: Readonly<Record<string, string>> = {
  lora: 'LoRA files',
  lyco: 'LyCORIS files',
  hypernet: 'hypernetworks',
};

/** The prompt as it is encoded. Each tag gives one warning on the job. */
export function cutAddOnTags(job: JobRun, prompt: string): string {
  const { prompt: text, tags } = extractExtraNetworks(prompt);
  for (const tag of tags) {
    const warning = notApplied(tag);
    if (!job.warnings.includes(warning)) job.context.warn(warning);
  }
  return text;
}

function notApplied({ kind, positional }: ExtraNetworkTag): string {
  const what = KINDS[kind];
  const reason = what ? `${what} are not loaded` : `there is no kind of add-on named "${kind}"`;
  return `<${kind}:${positional[0] ?? ''}> is not applied: ${reason}; the picture is made without it`;
}
