/**
 * An interpreter of Python's pickle language (protocols 0 to 5; CPython's `pickletools.py` documents it) that builds
 * data and never runs anything: a global is only a name, and what calling it means is decided by the handlers, which
 * know a short list. Work is bounded: every operation and every element that a handler copies is paid for.
 */
import { FormatError } from './format-error.ts';
import { OPERATIONS } from './pickle-operations.ts';
import { PickleReader } from './pickle-reader.ts';
import type { PickleGlobal, PickleValue } from './pickle-values.ts';

/** Far above any real file: a Stable Diffusion checkpoint takes some 60,000. */
export const MAX_PICKLE_OPERATIONS = 10_000_000;

const STOP = 0x2e;

/** Gives meaning to what the language leaves open. Each throws FormatError for what is not on its list. */
export interface PickleHandlers {
  global(module: string, name: string): PickleGlobal;
  /** `spend(n)` before copying n elements or bytes. */
  call(callee: PickleGlobal, args: readonly PickleValue[], spend: (count: number) => void): PickleValue;
  /** Sets an object's state. */
  build(object: PickleValue, state: PickleValue): void;
  persistent(id: PickleValue): PickleValue;
}

/**
 * Reads the pickle that starts at `start`.
 * @returns its value, and `end`, the position after its last byte
 * @throws FormatError with the reason; PickleTruncatedError where the bytes end too early
 */
export function unpickle(
  bytes: Uint8Array,
  handlers: PickleHandlers,
  start = 0,
): { value: PickleValue; end: number } {
  const machine = new PickleMachine(new PickleReader(bytes, start), handlers);
  for (;;) {
    machine.spend(1);
    const at = machine.reader.position;
    const code = machine.reader.u8();
    if (code === STOP) return { value: machine.finish(), end: machine.reader.position };
    const operation = OPERATIONS[code];
    if (operation === undefined) {
      throw new FormatError(
        `the pickle has the opcode 0x${code.toString(16)} at byte ${at}, which is not read`,
      );
    }
    operation(machine);
  }
}

/** The stack, the marks and the memo. */
export class PickleMachine {
  readonly reader: PickleReader;
  readonly handlers: PickleHandlers;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #left = MAX_PICKLE_OPERATIONS;

  constructor(reader: PickleReader, handlers: PickleHandlers) {
    this.reader = reader;
    this.handlers = handlers;
  }

  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0)
      throw new FormatError(`the pickle takes more than ${MAX_PICKLE_OPERATIONS} operations`);
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0))
      throw new FormatError('the pickle takes from an empty stack');
    return this.#stack.at(-1) as PickleValue;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** What lies above the last mark, which is taken away too. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new FormatError('the pickle has no mark where it needs one');
    return this.#stack.splice(mark);
  }

  /** POP takes a mark where nothing lies above it. */
  popValueOrMark(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw new FormatError(`the pickle recalls ${index}, which it never stored`);
    return value;
  }

  finish(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0)
      throw new FormatError('the pickle stops with values left over');
    return value;
  }
}
