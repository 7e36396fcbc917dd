/** What each opcode does, in the order of protocols. An opcode that is not in the table is refused. */
import { FormatError } from './format-error.ts';
import type { PickleMachine } from './pickle.ts';
import { PickleDict, PickleGlobal, PickleTuple, type PickleValue } from './pickle-values.ts';

type Operation = (machine: PickleMachine) => void;

/** Digits or bytes of an int; longer ones cost time that grows with the square. */
const MAX_INT_BYTES = 256;

const encoded = (opcode: string) => opcode.charCodeAt(0);

const constant =
  (value: PickleValue): Operation =>
  (m) =>
    m.push(value);

const text =
  (length: (m: PickleMachine) => number): Operation =>
  (m) =>
    m.push(m.reader.text(length(m)));

/** Python 2's strings: bytes that are nearly always ASCII; read as Latin-1, as torch reads them. */
const oldText =
  (length: (m: PickleMachine) => number): Operation =>
  (m) =>
    m.push(Buffer.from(m.reader.take(length(m))).toString('latin1'));

const bytes =
  (length: (m: PickleMachine) => number): Operation =>
  (m) =>
    m.push(m.reader.take(length(m)).slice());

const u8 = (m: PickleMachine) => m.reader.u8();
const u32 = (m: PickleMachine) => m.reader.u32();
const u64 = (m: PickleMachine) => m.reader.u64();

const ENTRIES: readonly (readonly [number, Operation])[] = [
  // Protocols and frames.
  [0x80, (m) => checkProtocol(u8(m))],
  [0x95, (m) => void u64(m)],

  // Constants and numbers.
  [encoded('N'), constant(null)],
  [0x88, constant(true)],
  [0x89, constant(false)],
  [encoded('I'), (m) => m.push(parseIntLine(m.reader.line()))],
  [encoded('L'), (m) => m.push(parseDigits(m.reader.line().replace(/L$/, '')))],
  [encoded('F'), (m) => m.push(parseFloatLine(m.reader.line()))],
  [encoded('J'), (m) => m.push(m.reader.i32())],
  [encoded('K'), (m) => m.push(u8(m))],
  [encoded('M'), (m) => m.push(m.reader.u16())],
  [0x8a, (m) => m.push(readLong(m, u8(m)))],
  [0x8b, (m) => m.push(readLong(m, m.reader.i32()))],
  [encoded('G'), (m) => m.push(m.reader.f64BigEndian())],

  // Text and bytes.
  [encoded('S'), (m) => m.push(unquote(m.reader.line()))],
  [encoded('T'), oldText(u32)],
  [encoded('U'), oldText(u8)],
  [encoded('V'), (m) => m.push(unescapeUnicode(m.reader.line()))],
  [encoded('X'), text(u32)],
  [0x8c, text(u8)],
  [0x8d, text(u64)],
  [encoded('B'), bytes(u32)],
  [encoded('C'), bytes(u8)],
  [0x8e, bytes(u64)],
  [0x96, bytes(u64)],

  // Tuples, lists, dicts, sets.
  [encoded('('), (m) => m.mark()],
  [encoded(')'), (m) => m.push(new PickleTuple([]))],
  [encoded('t'), (m) => m.push(new PickleTuple(m.popToMark()))],
  [0x85, (m) => pushTuple(m, 1)],
  [0x86, (m) => pushTuple(m, 2)],
  [0x87, (m) => pushTuple(m, 3)],
  [encoded(']'), (m) => m.push([])],
  [encoded('l'), (m) => m.push(m.popToMark())],
  [encoded('a'), (m) => append(m, [m.pop()])],
  [encoded('e'), (m) => append(m, m.popToMark())],
  [encoded('}'), (m) => m.push(new PickleDict())],
  [encoded('d'), (m) => pushDict(m)],
  [encoded('s'), (m) => setItems(m, popPair(m))],
  [encoded('u'), (m) => setItems(m, m.popToMark())],
  [0x8f, (m) => m.push(new Set())],
  [0x90, (m) => addToSet(m)],
  [0x91, (m) => m.push(new Set(m.popToMark().map(checkKey)))],

  // Stack and memo.
  [encoded('0'), (m) => m.popValueOrMark()],
  [encoded('1'), (m) => void m.popToMark()],
  [encoded('2'), (m) => m.push(m.top())],
  [encoded('p'), (m) => m.memoize(parseIndex(m.reader.line()))],
  [encoded('q'), (m) => m.memoize(u8(m))],
  [encoded('r'), (m) => m.memoize(u32(m))],
  [0x94, (m) => m.memoize()],
  [encoded('g'), (m) => m.push(m.recall(parseIndex(m.reader.line())))],
  [encoded('h'), (m) => m.push(m.recall(u8(m)))],
  [encoded('j'), (m) => m.push(m.recall(u32(m)))],

  // Names and what is made of them: the handlers decide.
  [encoded('c'), (m) => m.push(m.handlers.global(m.reader.line(), m.reader.line()))],
  [0x93, pushStackGlobal],
  [encoded('R'), call],
  [0x81, call],
  [0x92, callWithKeywords],
  [encoded('b'), build],
  [encoded('Q'), (m) => m.push(m.handlers.persistent(m.pop()))],
];

/** By opcode. */
export const OPERATIONS: readonly (Operation | undefined)[] = ENTRIES.reduce<(Operation | undefined)[]>(
  (table, [code, operation]) => {
    table[code] = operation;
    return table;
  },
  new Array(256).fill(undefined),
);

function checkProtocol(version: number): void {
  if (version > 5) throw new FormatError(`the pickle is of protocol ${version}; known are 0 to 5`);
}

function parseIntLine(line: string): PickleValue {
  if (line === '01') return true;
  if (line === '00') return false;
  return parseDigits(line);
}

function parseDigits(digits: string): number | bigint {
  if (!/^[+-]?\d+$/.test(digits) || digits.length > MAX_INT_BYTES) {
    throw new FormatError(`the pickle has the int ${JSON.stringify(digits.slice(0, 40))}`);
  }
  return asNumber(BigInt(digits.replace(/^\+/, '')));
}

function parseFloatLine(line: string): number {
  const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };
  const value = special[line] ?? Number(line);
  if (line.trim() === '' || (Number.isNaN(value) && line !== 'nan')) {
    throw new FormatError(`the pickle has the float ${JSON.stringify(line.slice(0, 40))}`);
  }
  return value;
}

function parseIndex(line: string): number {
  if (!/^\d{1,10}$/.test(line))
    throw new FormatError(`the pickle has the memo index ${JSON.stringify(line.slice(0, 40))}`);
  return Number(line);
}

/** Two's complement, little-endian. */
function readLong(m: PickleMachine, length: number): number | bigint {
  if (length < 0 || length > MAX_INT_BYTES) throw new FormatError(`the pickle has an int of ${length} bytes`);
  let value = 0n;
  m.reader.take(length).forEach((byte, i) => {
    value |= BigInt(byte) << BigInt(8 * i);
  });
  return asNumber(BigInt.asIntN(8 * length, value));
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The line of a protocol 0 string: quoted, with Python's simple escapes. */
function unquote(line: string): string {
  const match = /^(['"])(.*)\1$/s.exec(line);
  if (match === null) throw new FormatError('the pickle has a string without quotes');
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
  return match[2]!.replace(/\\(x[0-9a-f]{2}|.)/gis, (whole, mark: string) =>
    mark.length === 3 ? String.fromCharCode(Number.parseInt(mark.slice(1), 16)) : (escapes[mark] ?? whole),
  );
}

function unescapeUnicode(line: string): string {
  return line.replace(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/gi, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function pushTuple(m: PickleMachine, size: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < size; i++) items.unshift(m.pop());
  m.push(new PickleTuple(items));
}

function append(m: PickleMachine, items: readonly PickleValue[]): void {
  const list = m.top();
  if (!Array.isArray(list)) throw new FormatError('the pickle appends to what is no list');
  for (const item of items) list.push(item);
}

function pushDict(m: PickleMachine): void {
  const items = m.popToMark();
  m.push(new PickleDict());
  setItems(m, items);
}

function popPair(m: PickleMachine): PickleValue[] {
  const value = m.pop();
  return [m.pop(), value];
}

function setItems(m: PickleMachine, items: readonly PickleValue[]): void {
  const dict = m.top();
  if (!(dict instanceof PickleDict)) throw new FormatError('the pickle sets items of what is no dict');
  if (items.length % 2 !== 0) throw new FormatError('the pickle sets a key without a value');
  for (let i = 0; i < items.length; i += 2) dict.entries.set(checkKey(items[i]!), items[i + 1]!);
}

function addToSet(m: PickleMachine): void {
  const items = m.popToMark();
  const set = m.top();
  if (!(set instanceof Set)) throw new FormatError('the pickle adds to what is no set');
  for (const item of items) set.add(checkKey(item));
}

/** Keys that Python could hash. */
function checkKey(key: PickleValue): PickleValue {
  if (Array.isArray(key) || key instanceof PickleDict || key instanceof Set) {
    throw new FormatError('the pickle has a list, dict or set as a key');
  }
  return key;
}

function pushStackGlobal(m: PickleMachine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== 'string' || typeof module !== 'string') {
    throw new FormatError('the pickle names a global by what is no text');
  }
  m.push(m.handlers.global(module, name));
}

function call(m: PickleMachine): void {
  const args = m.pop();
  const callee = m.pop();
  if (!(args instanceof PickleTuple)) throw new FormatError('the pickle calls with what is no tuple');
  m.push(callGlobal(m, callee, args.items));
}

function callWithKeywords(m: PickleMachine): void {
  const keywords = m.pop();
  if (!(keywords instanceof PickleDict) || keywords.entries.size > 0) {
    throw new FormatError('the pickle calls with named arguments');
  }
  call(m);
}

function callGlobal(m: PickleMachine, callee: PickleValue, args: readonly PickleValue[]): PickleValue {
  if (!(callee instanceof PickleGlobal)) throw new FormatError('the pickle calls what is no function');
  return m.handlers.call(callee, args, (count) => m.spend(count));
}

function build(m: PickleMachine): void {
  const state = m.pop();
  m.handlers.build(m.top(), state);
}
