/** The last part of a text that keeps growing: what an engine wrote before it died. */
export interface LogTail {
  add(text: string): void;
  text(): string;
}

/** @param limit characters to keep */
export function createLogTail(limit = 16_384): LogTail {
  let kept = '';
  return {
    add(text) {
      kept += text;
      // Cut late and at once: slicing on every line would copy the whole tail each time.
      if (kept.length > 2 * limit) kept = kept.slice(-limit);
    },
    text: () => kept.slice(-limit),
  };
}
