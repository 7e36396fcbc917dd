/** Four threads of a basket weave. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <g fill="var(--accent)">
        <rect x="1.5" y="2.5" width="11" height="8" rx="3" />
        <rect x="11.5" y="13.5" width="11" height="8" rx="3" />
      </g>
      <g fill="currentColor">
        <rect x="14.5" y="1.5" width="7" height="10" rx="3" />
        <rect x="2.5" y="12.5" width="7" height="10" rx="3" />
      </g>
    </svg>
  );
}
