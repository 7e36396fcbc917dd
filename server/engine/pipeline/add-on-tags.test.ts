import { describe, expect, it } from 'vitest';
import { cutAddOnTags } from './add-on-tags.ts';
import type { JobRun } from './job-run.ts';

function createJob() {
  const warnings: string[] = [];
  return { warnings, context: { warn: (text: string) => warnings.push(text) } } as unknown as JobRun;
}

describe('tags of add-ons', () => {
  it('are cut and named once each', () => {
    const job = createJob();
    const prompt = 'a cat <lora:style:0.8>, <lyco:form> <hypernet:old:1><magic:x>';
    expect(cutAddOnTags(job, prompt)).toBe('a cat ,  ');
    cutAddOnTags(job, prompt);
    expect(job.warnings).toEqual([
      '<lora:style> is not applied: LoRA files are not loaded; the picture is made without it',
      '<lyco:form> is not applied: LyCORIS files are not loaded; the picture is made without it',
      '<hypernet:old> is not applied: hypernetworks are not loaded; the picture is made without it',
      '<magic:x> is not applied: there is no kind of add-on named "magic"; the picture is made without it',
    ]);
  });

  it('leaves a prompt without tags as it is', () => {
    const job = createJob();
    expect(cutAddOnTags(job, 'a < b > c')).toBe('a < b > c');
    expect(job.warnings).toEqual([]);
  });
});
