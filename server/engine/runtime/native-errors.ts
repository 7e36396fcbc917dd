import { TapestryError } from '#contracts/errors.ts';

const OUT_OF_MEMORY = /failed to allocate memory|bad_alloc|bad allocation|out of memory|not enough memory/i;

/** An error out of onnxruntime as a coded one. `what`: what was being done, for people. */
export function fromNative(thrown: unknown, what: string): TapestryError {
  if (thrown instanceof TapestryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (OUT_OF_MEMORY.test(message)) return new TapestryError('OUT_OF_MEMORY', { value: what, cause: thrown });
  return new TapestryError('INTERNAL', { reason: `${what}: ${message}`, cause: thrown });
}
