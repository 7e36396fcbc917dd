/** What a pickle holds, as data. Nothing in here can do anything: classes and functions are only their names. */

export type PickleValue =
  | null
  | boolean
  /** An int that is a safe integer, or a float. */
  | number
  /** An int beyond 2^53. */
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Set<PickleValue>
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleObject
  | PickleOpaque;

/** Values that the meaning of a pickle adds to the language's own, such as tensors. */
export abstract class PickleOpaque {
  abstract readonly kind: string;
}

export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A dict or an OrderedDict. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();

  get(key: string | number): PickleValue | undefined {
    return this.entries.get(key);
  }
}

/** The name of a class or function that is allowed to be named. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  /** Dotted, as people write it. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object of an allowed class: what it was made from and its state, neither interpreted. */
export class PickleObject {
  readonly type: PickleGlobal;
  readonly args: readonly PickleValue[];
  state: PickleValue = null;

  constructor(type: PickleGlobal, args: readonly PickleValue[]) {
    this.type = type;
    this.args = args;
  }
}
