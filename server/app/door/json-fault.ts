/** Where and how a text fails to be JSON, in the words of Python's `json`, which A1111's clients are used to. */
export interface JsonFault {
  message: string;
  /** 0-based index of the character. */
  position: number;
}

class Fault extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** The first fault of a text that `JSON.parse` refused. */
export function findJsonFault(text: string): JsonFault {
  try {
    const end = skipSpace(text, readValue(text, skipSpace(text, 0)));
    return { message: 'Extra data', position: end };
  } catch (error) {
    // Nested deeper than the stack: where does not matter any more.
    if (!(error instanceof Fault)) return { message: 'Expecting value', position: 0 };
    return { message: error.message, position: error.position };
  }
}

/** Index behind the value that begins at `at`. */
function readValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return readString(text, at);
  if (first === '{') return readItems(text, at, '}', readMember);
  if (first === '[') return readItems(text, at, ']', readValue);
  const token = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
    text.slice(at, at + 400),
  );
  if (token === null) throw new Fault('Expecting value', at);
  return at + token[0].length;
}

function readItems(
  text: string,
  from: number,
  close: string,
  read: (text: string, at: number) => number,
): number {
  let at = skipSpace(text, from + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skipSpace(text, read(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Fault("Expecting ',' delimiter", at);
    at = skipSpace(text, at + 1);
  }
}

function readMember(text: string, from: number): number {
  if (text[from] !== '"') throw new Fault('Expecting property name enclosed in double quotes', from);
  const at = skipSpace(text, readString(text, from));
  if (text[at] !== ':') throw new Fault("Expecting ':' delimiter", at);
  return readValue(text, skipSpace(text, at + 1));
}

function readString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return at + 1;
    if (char < ' ') throw new Fault('Invalid control character at', at);
    if (char !== '\\') continue;
    if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at, at + 6)))
      throw new Fault('Invalid \\escape', at);
    at++;
  }
  throw new Fault('Unterminated string starting at', from);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  return at;
}
