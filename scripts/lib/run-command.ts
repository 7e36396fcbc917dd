import { spawn } from 'node:child_process';
import { programFolder } from './program.ts';

export interface CommandResult {
  /** Exit code; 1 when a signal ended it or it could not be started. */
  code: number;
  /** stdout and stderr as they came. */
  output: string;
  seconds: number;
}

export interface CommandOptions {
  /** Variables on top of this process's own. */
  env?: Record<string, string>;
  /** True: the output goes to this process's own and is not collected. */
  show?: boolean;
}

/** Runs a command in the program's folder to its end. */
export function runCommand(
  command: string,
  args: readonly string[],
  { env = {}, show = false }: CommandOptions = {},
): Promise<CommandResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: programFolder,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const end = (code: number) => resolve({ code, output, seconds: (performance.now() - started) / 1000 });
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
