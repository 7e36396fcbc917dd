/**
 * Cuts `# …` comments: a whole line, or the rest of one. Each cut leaves a line break, as AUTOMATIC1111's web UI does,
 * so that the text that remains encodes the same.
 */
export function stripComments(prompt: string): string {
  return prompt.replace(/(^|\n)#[^\n]*(\n|$)/g, '\n').replace(/#[^\n]*(\n|$)/g, '\n');
}
