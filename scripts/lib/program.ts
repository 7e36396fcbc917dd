import { fileURLToPath } from 'node:url';

/** Absolute path of the project's own folder, without a slash at the end. */
export const programFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
