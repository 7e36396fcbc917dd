import { gunzipSync } from 'node:zlib';
import {
  type SafetensorsDtype,
  type SafetensorsHeader,
  tensorBytes,
} from '../../server/core/formats/safetensors.ts';
import { goldenBytes, goldenJson } from './golden.ts';

/** What a published file is, by its header alone. */
export interface ExpectedHeader {
  file: string;
  expected: { family: string; variant: string; format?: string; resolution: number | string | null };
}

export function expectedHeaders(): ExpectedHeader[] {
  const rows = goldenJson<ExpectedHeader[] | { files: ExpectedHeader[] }>('headers/expected.json');
  return Array.isArray(rows) ? rows : rows.files;
}

/** The header of a published file: real names, dtypes and shapes, with offsets as if all lay in one row. */
export function goldenHeader(file: string): SafetensorsHeader {
  const text = gunzipSync(goldenBytes(`headers/${file}.gz`)).toString('utf8');
  const { __metadata__: metadata, tensors } = JSON.parse(text) as {
    __metadata__: Record<string, string>;
    tensors: Record<string, [SafetensorsDtype, number[]]>;
  };
  let offset = 8;
  const placed = Object.entries(tensors).map(([name, [dtype, shape]]) => {
    const length = tensorBytes(dtype, shape);
    offset += length;
    return [name, { dtype, shape, offset: offset - length, length }] as const;
  });
  return { metadata, tensors: new Map(placed) };
}
