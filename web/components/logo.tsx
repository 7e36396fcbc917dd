/** Two threads over and under two others. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" strokeWidth="3.4">
      <g stroke="var(--accent)" strokeLinecap="round">
        <path d="M8 3v10.5M8 18.7V21" />
        <path d="M16 3v2.3M16 10.5V21" />
      </g>
      <g stroke="currentColor" strokeLinecap="round">
        <path d="M3 8h2.3M10.7 8H21" />
        <path d="M3 16h10.3M18.7 16H21" />
      </g>
    </svg>
  );
}
