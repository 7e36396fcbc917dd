import { describe, expect, it } from 'vitest';
import { type BodyField, readBody, readQuery, schemaOf, ValidationError } from './pydantic.ts';

const FIELDS: BodyField[] = [
  { name: 'int', type: 'integer', default: 1, nullable: true, min: 1, max: 100 },
  { name: 'float', type: 'number', default: 0.5, nullable: true },
  { name: 'bool', type: 'boolean', default: true },
  { name: 'str', type: 'string', default: 'x' },
  { name: 'dict', type: 'object', default: {} },
  { name: 'list', type: 'list', default: [] },
  { name: 'strs', type: 'strings', default: null, nullable: true },
];

/** The faults of one body. */
function faults(body: unknown) {
  try {
    readBody(FIELDS, body);
  } catch (error) {
    return (error as ValidationError).faults;
  }
  return [];
}

describe('readBody', () => {
  it.each([
    ['int', 12.7, 12],
    ['int', '12', 12],
    ['int', ' 7 ', 7],
    ['int', true, 1],
    ['int', null, null],
    ['float', 3, 3],
    ['float', '1e-3', 0.001],
    ['float', 1e308, 1e308],
    ['bool', 0, false],
    ['bool', 1, true],
    ['bool', 'TRUE', true],
    ['bool', 'on', true],
    ['bool', 'yes', true],
    ['bool', 'off', false],
    ['bool', 'n', false],
    ['str', 12, '12'],
    ['str', 1.5, '1.5'],
    ['str', true, 'True'],
    ['dict', [], {}],
    ['dict', [['a', 1]], { a: 1 }],
    ['dict', { a: 1 }, { a: 1 }],
    ['list', [1, 'a'], [1, 'a']],
    ['strs', ['a', 1], ['a', '1']],
    ['strs', null, null],
  ])('%s reads %j as %j', (name, sent, expected) => {
    expect(readBody(FIELDS, { [name]: sent })[name]).toEqual(expected);
  });

  it.each([
    ['int', 'abc', 'type_error.integer', 'value is not a valid integer'],
    ['int', '12.7', 'type_error.integer', 'value is not a valid integer'],
    ['int', [], 'type_error.integer', 'value is not a valid integer'],
    ['float', 'abc', 'type_error.float', 'value is not a valid float'],
    ['float', 'nan', 'type_error.float', 'value is not a valid float'],
    ['float', {}, 'type_error.float', 'value is not a valid float'],
    ['bool', 2, 'type_error.bool', 'value could not be parsed to a boolean'],
    ['bool', 'maybe', 'type_error.bool', 'value could not be parsed to a boolean'],
    ['bool', null, 'type_error.none.not_allowed', 'none is not an allowed value'],
    ['str', ['a'], 'type_error.str', 'str type expected'],
    ['str', null, 'type_error.none.not_allowed', 'none is not an allowed value'],
    ['dict', 'abc', 'type_error.dict', 'value is not a valid dict'],
    ['dict', [1], 'type_error.dict', 'value is not a valid dict'],
    ['list', 'abc', 'type_error.list', 'value is not a valid list'],
    ['strs', 'abc', 'type_error.list', 'value is not a valid list'],
  ])('%s refuses %j: %s', (name, sent, type, msg) => {
    expect(faults({ [name]: sent })).toMatchObject([{ loc: ['body', name], type, msg }]);
  });

  it('names the place inside a list', () => {
    expect(faults({ strs: ['a', {}] })).toMatchObject([{ loc: ['body', 'strs', 1], type: 'type_error.str' }]);
  });

  it.each([
    [0, 'value_error.number.not_ge', 1],
    [1e9, 'value_error.number.not_le', 100],
  ])('names value and range: %d', (sent, type, limit) => {
    const [fault] = faults({ int: sent });
    expect(fault).toMatchObject({ type, ctx: { limit_value: limit } });
    expect(fault?.msg).toContain(`int ${sent} is not accepted; expected a whole number from 1 to 100`);
  });

  it('collects every fault, ignores unknown fields, fills defaults', () => {
    expect(faults({ int: 'a', bool: 'b', nonsense: 1 })).toHaveLength(2);
    expect(readBody(FIELDS, { nonsense: 1 })).toEqual({
      int: 1,
      float: 0.5,
      bool: true,
      str: 'x',
      dict: {},
      list: [],
      strs: null,
    });
  });

  it('does not hand out its own defaults', () => {
    (readBody(FIELDS, {}).list as unknown[]).push(1);
    expect(readBody(FIELDS, {}).list).toEqual([]);
  });

  it.each([
    [undefined, [{ loc: ['body'], msg: 'field required', type: 'value_error.missing' }]],
    [[1], [{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }]],
    ['text', [{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }]],
    [null, [{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }]],
  ])('refuses the body %j', (body, expected) => {
    expect(faults(body)).toEqual(expected);
  });
});

describe('readQuery', () => {
  it('reads texts', () => {
    const fields: BodyField[] = [{ name: 'flag', type: 'boolean', default: false }];
    expect(readQuery(fields, { flag: 'true' })).toEqual({ flag: true });
    expect(() => readQuery(fields, { flag: 'x' })).toThrow(ValidationError);
  });
});

describe('schemaOf', () => {
  it('describes types, limits and null', () => {
    expect(schemaOf(FIELDS)).toMatchObject({
      properties: {
        int: { anyOf: [{ type: 'integer', minimum: 1, maximum: 100 }, { type: 'null' }], default: 1 },
        bool: { type: 'boolean', default: true },
      },
    });
  });
});
