/** Dates in C's `strftime` notation, English names. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A moment as clocks of one place show it. */
interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Minutes ahead of UTC. */
  offset: number;
}

/**
 * @param timeZone an IANA name; an unknown one and none mean the computer's own zone
 * Codes: `a A b B d e F H I j m M p S T w u y Y z f D %`; others stay as they are.
 */
export function strftime(date: Date, format: string, timeZone?: string): string {
  const time = localTime(date, timeZone);
  return format.replace(/%([a-zA-Z%])/g, (whole, code: string) => CODES[code]?.(time) ?? whole);
}

const two = (value: number) => String(value).padStart(2, '0');
const weekday = ({ year, month, day }: LocalTime) => new Date(Date.UTC(year, month - 1, day)).getUTCDay();

const CODES: Record<string, (time: LocalTime) => string> = {
  '%': () => '%',
  a: (time) => DAYS[weekday(time)]!.slice(0, 3),
  A: (time) => DAYS[weekday(time)]!,
  b: ({ month }) => MONTHS[month - 1]!.slice(0, 3),
  B: ({ month }) => MONTHS[month - 1]!,
  d: ({ day }) => two(day),
  D: ({ year, month, day }) => `${two(month)}/${two(day)}/${two(year % 100)}`,
  e: ({ day }) => String(day).padStart(2, ' '),
  f: ({ millisecond }) => String(millisecond * 1000).padStart(6, '0'),
  F: ({ year, month, day }) => `${year}-${two(month)}-${two(day)}`,
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(hour % 12 || 12),
  j: ({ year, month, day }) => {
    const days = (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 0)) / 86_400_000;
    return String(days).padStart(3, '0');
  },
  m: ({ month }) => two(month),
  M: ({ minute }) => two(minute),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  S: ({ second }) => two(second),
  T: ({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`,
  u: (time) => String(weekday(time) || 7),
  w: (time) => String(weekday(time)),
  y: ({ year }) => two(year % 100),
  Y: ({ year }) => String(year),
  z: ({ offset }) => {
    const minutes = Math.abs(offset);
    return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  },
};

function localTime(date: Date, timeZone?: string): LocalTime {
  const parts = dateFormat(timeZone).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  const time = {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
  const asUtc = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  const millisecond = date.getUTCMilliseconds();
  return { ...time, millisecond, offset: Math.round((asUtc + millisecond - date.getTime()) / 60_000) };
}

function dateFormat(timeZone?: string): Intl.DateTimeFormat {
  const fields: Intl.DateTimeFormatOptions = {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  };
  try {
    return new Intl.DateTimeFormat('en-US', timeZone ? { ...fields, timeZone } : fields);
  } catch {
    return new Intl.DateTimeFormat('en-US', fields);
  }
}
