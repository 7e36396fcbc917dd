/**
 * The `count` names most like `wanted`, best first: without regard to case, by edit distance, names that contain it (or
 * are contained) before all others.
 */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
  const target = wanted.toLowerCase();
  return names
    .map((name, index) => ({ name, index, score: distance(target, name.toLowerCase()) }))
    .sort((a, b) => a.score - b.score || a.index - b.index)
    .slice(0, count)
    .map((each) => each.name);
}

function distance(a: string, b: string): number {
  const edits = editDistance(a.slice(0, 200), b.slice(0, 200));
  const contained = a !== '' && (b.includes(a) || a.includes(b));
  return contained ? edits / 100 : edits;
}

/** Levenshtein's distance, two rows at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
