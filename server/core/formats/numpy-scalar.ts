import { FormatError } from './format-error.ts';
import { PickleObject, PickleTuple, type PickleValue } from './pickle-values.ts';

const READERS: Readonly<Record<string, (view: DataView) => number | bigint | boolean>> = {
  f8: (view) => view.getFloat64(0, true),
  f4: (view) => view.getFloat32(0, true),
  f2: (view) => view.getFloat16(0, true),
  i8: (view) => view.getBigInt64(0, true),
  i4: (view) => view.getInt32(0, true),
  i2: (view) => view.getInt16(0, true),
  i1: (view) => view.getInt8(0),
  u8: (view) => view.getBigUint64(0, true),
  u4: (view) => view.getUint32(0, true),
  u2: (view) => view.getUint16(0, true),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0,
};

/** numpy's `scalar(dtype, bytes)` as a number; dtype is `numpy.dtype('f8', …)` with a state that says the byte order. */
export function rebuildNumpyScalar(args: readonly PickleValue[]): PickleValue {
  const [dtype, bytes] = args;
  const code = dtype instanceof PickleObject && dtype.type.path === 'numpy.dtype' ? dtype.args[0] : undefined;
  const read = typeof code === 'string' && Object.hasOwn(READERS, code) ? READERS[code] : undefined;
  if (read === undefined || !(bytes instanceof Uint8Array)) {
    throw new FormatError('the pickle has a numpy scalar of an unknown type');
  }
  const size = Number((code as string).slice(1));
  const order = (dtype as PickleObject).state;
  const bigEndian = order instanceof PickleTuple && order.items[1] === '>';
  if (bytes.length !== size) throw new FormatError(`the pickle has a numpy scalar of ${bytes.length} bytes`);
  const littleEndian = bigEndian ? bytes.slice().reverse() : bytes;
  const value = read(new DataView(littleEndian.buffer, littleEndian.byteOffset, size));
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
